using System.Buffers.Binary;
using K4os.Compression.LZ4;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Makes and takes apart LZ4 blocks with the library alone.</summary>
internal static class Lz4Block
{
    public static byte[] Of(ReadOnlySpan<byte> content, LZ4Level level = LZ4Level.L00_FAST)
    {
        var target = new byte[LZ4Codec.MaximumOutputSize(content.Length)];
        return target[..LZ4Codec.Encode(content, target, level)];
    }

    /// <summary>As a segment's body holds it.</summary>
    public static byte[] WithLength(ReadOnlySpan<byte> content, LZ4Level level = LZ4Level.L00_FAST) => Claiming((uint)content.Length, Of(content, level));

    public static byte[] Claiming(uint length, byte[] block)
    {
        var body = new byte[4 + block.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(body, length);
        block.CopyTo(body, 4);
        return body;
    }

    /// <summary>What the library makes of a segment's body.</summary>
    public static byte[] Content(byte[] body)
    {
        var content = new byte[BinaryPrimitives.ReadUInt32LittleEndian(body)];
        var length = LZ4Codec.Decode(body.AsSpan(4), content);
        return length == content.Length ? content : throw new InvalidDataException($"{length} instead of {content.Length}");
    }

    /// <summary>What the product's stream makes of it, read in pieces.</summary>
    public static byte[] Streamed(byte[] body, int piece = 8192)
    {
        using var stream = new Lz4BlockStream(body);
        var content = new MemoryStream();
        var buffer = new byte[piece];
        while (stream.Read(buffer, 0, piece) is var read and > 0)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    /// <summary>The literals and the length of the match of each sequence; the last has no match.</summary>
    public static List<(int Literals, int Match)> Sequences(ReadOnlySpan<byte> block)
    {
        var sequences = new List<(int Literals, int Match)>();
        for (var at = 0; at < block.Length;)
        {
            var token = block[at++];
            var literals = Length(block, token >> 4, ref at);
            at += literals;
            var match = 0;
            if (at < block.Length)
            {
                at += 2;
                match = 4 + Length(block, token & 15, ref at);
            }

            sequences.Add((literals, match));
        }

        return sequences;
    }

    private static int Length(ReadOnlySpan<byte> block, int nibble, ref int at)
    {
        var length = nibble;
        for (var more = nibble == 15 ? 255 : 0; more == 255;)
        {
            more = block[at++];
            length += more;
        }

        return length;
    }
}
