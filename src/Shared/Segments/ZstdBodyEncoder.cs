namespace KafkaBackup.Shared.Segments;

/// <summary>Makes each block a zstd frame of its own, which the format allows and which is faster than one long stream: on all cores, and written in order.</summary>
internal sealed class ZstdBodyEncoder(int level) : BodyEncoder
{
    /// <summary>How many blocks of a segment are in memory at most: one for each core, and not so many that their memory would matter beside the segment's.</summary>
    private static readonly int Most = Math.Min(Environment.ProcessorCount, 8);

    private readonly Queue<ZstdBlock> _inWork = [];
    private readonly Stack<ZstdBlock> _free = [];

    public override byte[] Write(byte[] block, int length, ChunkedBuffer target)
    {
        var next = _free.TryPop(out var free) ? free : new ZstdBlock(level);
        next.Begin(block, length, isShared: Most > 1);
        _inWork.Enqueue(next);
        while (_inWork.Count >= Most)
        {
            WriteFirst(target);
        }

        return ChunkPool.Rent();
    }

    public override void End(ChunkedBuffer target, long uncompressedSize)
    {
        while (_inWork.Count > 0)
        {
            WriteFirst(target);
        }
    }

    public override void Dispose()
    {
        foreach (var block in _inWork)
        {
            block.Abandon();
        }

        _inWork.Clear();
    }

    /// <summary>Writes the oldest block. While another thread compresses it, one behind it is compressed here: this thread does not wait for what nobody does.</summary>
    private void WriteFirst(ChunkedBuffer target)
    {
        var first = _inWork.Peek();
        foreach (var block in _inWork)
        {
            if (first.IsDone)
            {
                break;
            }

            block.Execute();
        }

        first.End(target);
        _free.Push(_inWork.Dequeue());
    }
}
