using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Segments;

/// <summary>Bytes that grow in pooled chunks of one size, so that a segment needs neither a large array nor a copy when it grows.</summary>
internal sealed class ChunkedBuffer : IDisposable
{
    public const int ChunkSize = 1 << 20;

    private readonly List<byte[]> _chunks = [];
    private int _inLast = ChunkSize;

    public long Length => _chunks.Count == 0 ? 0 : ((long)(_chunks.Count - 1) * ChunkSize) + _inLast;

    /// <summary>The first chunk, to patch what was reserved at the start.</summary>
    public Span<byte> First => _chunks[0];

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_inLast == ChunkSize)
            {
                _chunks.Add(ChunkPool.Rent());
                _inLast = 0;
            }

            var taken = Math.Min(bytes.Length, ChunkSize - _inLast);
            bytes[..taken].CopyTo(_chunks[^1].AsSpan(_inLast));
            _inLast += taken;
            bytes = bytes[taken..];
        }
    }

    /// <summary>Appends the content to another buffer and is then empty. Each chunk is given back as soon as it is copied.</summary>
    public void MoveTo(ChunkedBuffer target)
    {
        for (var i = 0; i < _chunks.Count; i++)
        {
            target.Write(_chunks[i].AsSpan(0, i == _chunks.Count - 1 ? _inLast : ChunkSize));
            ChunkPool.Return(_chunks[i]);
            _chunks[i] = [];
        }

        _chunks.Clear();
        _inLast = ChunkSize;
    }

    /// <summary>The content; valid until disposal.</summary>
    public ReadOnlySequence<byte> AsSequence() =>
        SequenceLink.Chain(_chunks.Select((chunk, i) => (ReadOnlyMemory<byte>)chunk.AsMemory(0, i == _chunks.Count - 1 ? _inLast : ChunkSize)));

    public void Dispose()
    {
        foreach (var chunk in _chunks)
        {
            ChunkPool.Return(chunk);
        }

        _chunks.Clear();
        _inLast = ChunkSize;
    }
}
