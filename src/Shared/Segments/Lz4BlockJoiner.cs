namespace KafkaBackup.Shared.Segments;

/// <summary>Joins LZ4 blocks that were compressed each for itself into one block, so that a long body need not be in memory to become one.</summary>
/// <remarks>
/// <para>By the block format description of the LZ4 project. A block is a row of sequences: a token (number of literals in the high four
/// bits, length of the match less 4 in the low), more bytes of the first number if it is 15, the literals, the match's distance (u16), more
/// bytes of the match's length. The last sequence of a block ends with its literals, and that alone marks it as the last. So its literals
/// are held back here and put in front of the first ones of the next block, with a new token; all other sequences are copied as they are.
/// Matches point back from where they stand, and never beyond their own block, so that they need no change.</para>
/// <para>The last five bytes of a block have to be literals, and its last match has to start twelve bytes before its end or earlier. A joined
/// block ends as the last of its blocks that has a match, with more literals behind it, and so keeps both rules.</para>
/// <para>What is held back is a few bytes of most data. Of data that has no matches it is all of it, which is then as long as what is stored.</para>
/// </remarks>
internal sealed class Lz4BlockJoiner : IDisposable
{
    private const int MaxNibble = 15;

    private readonly ChunkedBuffer _held = new();

    /// <summary>Appends all of a block but its last literals.</summary>
    /// <param name="block">A whole, sound block.</param>
    /// <param name="target">What the joined block is written to.</param>
    public void Add(ReadOnlySpan<byte> block, ChunkedBuffer target)
    {
        var (literals, literalsEnd) = LiteralsAt(block, 0);
        if (literalsEnd == block.Length)
        {
            _held.Write(block[literals..]);
            return;
        }

        WriteLiterals(block[literals..literalsEnd], block[0] & MaxNibble, target);
        var last = LastSequence(block);
        target.Write(block[literalsEnd..last]);
        _held.Write(block[LiteralsAt(block, last).Start..]);
    }

    /// <summary>Writes the last literals. What is added next starts another block.</summary>
    public void End(ChunkedBuffer target) => WriteLiterals([], 0, target);

    public void Dispose() => _held.Dispose();

    /// <summary>Starts a sequence with what is held back and <paramref name="literals"/>, up to its match.</summary>
    private void WriteLiterals(ReadOnlySpan<byte> literals, int matchNibble, ChunkedBuffer target)
    {
        var count = _held.Length + literals.Length;
        WriteByte(((int)Math.Min(count, MaxNibble) << 4) | matchNibble, target);
        if (count >= MaxNibble)
        {
            var rest = count - MaxNibble;
            for (; rest >= byte.MaxValue; rest -= byte.MaxValue)
            {
                WriteByte(byte.MaxValue, target);
            }

            WriteByte((int)rest, target);
        }

        _held.MoveTo(target);
        target.Write(literals);
    }

    private static void WriteByte(int value, ChunkedBuffer target) => target.Write([(byte)value]);

    /// <summary>Where the last sequence of a block starts. There is no way to it but from the first, over all that are between them.</summary>
    private static int LastSequence(ReadOnlySpan<byte> block)
    {
        for (var start = 0; ;)
        {
            var end = LiteralsAt(block, start).End;
            if (end == block.Length)
            {
                return start;
            }

            var next = end + sizeof(ushort);
            if ((block[start] & MaxNibble) == MaxNibble)
            {
                while (block[next++] == byte.MaxValue)
                {
                }
            }

            start = next;
        }
    }

    private static (int Start, int End) LiteralsAt(ReadOnlySpan<byte> block, int sequence)
    {
        var start = sequence + 1;
        var count = block[sequence] >> 4;
        if (count == MaxNibble)
        {
            byte more;
            do
            {
                more = block[start++];
                count += more;
            }
            while (more == byte.MaxValue);
        }

        return (start, start + count);
    }
}
