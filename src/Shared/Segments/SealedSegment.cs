using System.Buffers;

namespace KafkaBackup.Shared.Segments;

/// <summary>A finished segment in memory, ready to be stored. Whoever holds it disposes it, which gives its memory back.</summary>
public sealed class SealedSegment : IDisposable
{
    private readonly ChunkedBuffer _buffer;

    internal SealedSegment(SegmentInfo info, ChunkedBuffer buffer)
    {
        Info = info;
        _buffer = buffer;
    }

    /// <summary>What it holds; the key is empty until it is given a name.</summary>
    public SegmentInfo Info { get; }

    /// <summary>The object's bytes; valid until disposal.</summary>
    public ReadOnlySequence<byte> Content => _buffer.AsSequence();

    /// <inheritdoc />
    public void Dispose() => _buffer.Dispose();
}
