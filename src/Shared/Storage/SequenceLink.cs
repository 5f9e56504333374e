using System.Buffers;

namespace KafkaBackup.Shared.Storage;

/// <summary>A piece of a sequence of bytes.</summary>
internal sealed class SequenceLink : ReadOnlySequenceSegment<byte>
{
    private SequenceLink(ReadOnlyMemory<byte> memory, SequenceLink? before)
    {
        Memory = memory;
        if (before is not null)
        {
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }

    /// <summary>The pieces, one behind the other; none make an empty sequence.</summary>
    public static ReadOnlySequence<byte> Chain(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        SequenceLink? first = null, last = null;
        foreach (var piece in pieces)
        {
            last = new SequenceLink(piece, last);
            first ??= last;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }
}
