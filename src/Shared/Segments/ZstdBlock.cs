using System.Buffers;
using System.Collections.Concurrent;
using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Shared.Segments;

/// <summary>One block that is compressed, by whoever comes first: a thread of the pool, or the one that needs it. Used again and again.</summary>
internal sealed class ZstdBlock(int level) : IThreadPoolWorkItem
{
    private const int Waiting = 1, Claimed = 2, Done = 3;

    /// <summary>By level. There are never more than threads that compress at once.</summary>
    private static readonly ConcurrentDictionary<int, ConcurrentBag<IZstdCompressor>> Compressors = new();

    private readonly ManualResetEventSlim _isDone = new();
    private byte[] _plain = [];
    private byte[] _frame = [];
    private int _length;
    private int _state = Done;
    private Exception? _failure;

    /// <summary>Whether it is compressed.</summary>
    public bool IsDone => Volatile.Read(ref _state) == Done;

    /// <summary>Takes a block to be compressed.</summary>
    /// <param name="plain">An array of the <see cref="ChunkPool"/>, which goes back there.</param>
    /// <param name="length">How much of it is the block.</param>
    /// <param name="isShared">Whether another thread may do it.</param>
    public void Begin(byte[] plain, int length, bool isShared)
    {
        (_plain, _length, _failure) = (plain, length, null);
        _isDone.Reset();
        Volatile.Write(ref _state, Waiting);
        if (isShared)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Compresses it here, unless another thread has begun to. Called from the pool too late, when somebody else did it long ago, this does nothing or the next block.</summary>
    public void Execute()
    {
        if (Interlocked.CompareExchange(ref _state, Claimed, Waiting) == Waiting)
        {
            try
            {
                Compress();
            }
            catch (Exception e)
            {
                _failure = e; // Whoever needs it learns of it.
            }

            Volatile.Write(ref _state, Done);
            _isDone.Set();
        }
    }

    /// <summary>Waits until it is compressed, and writes it.</summary>
    public void End(ChunkedBuffer target)
    {
        _isDone.Wait();
        try
        {
            if (_failure is { } failure)
            {
                throw new InvalidOperationException($"A block cannot be compressed: {failure.Message}", failure);
            }

            target.Write(_frame.AsSpan(0, _length));
        }
        finally
        {
            GiveBack();
        }
    }

    /// <summary>Nobody needs it any more.</summary>
    public void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Done, Waiting) != Waiting)
        {
            _isDone.Wait(); // Its memory is in use.
        }

        GiveBack();
    }

    private void Compress()
    {
        var compressors = Compressors.GetOrAdd(level, _ => []);
        var compressor = compressors.TryTake(out var idle) ? idle : ZstdEngines.Current.CreateCompressor(level);
        _frame = ArrayPool<byte>.Shared.Rent(compressor.BoundOf(_length));
        _length = compressor.Compress(_plain.AsSpan(0, _length), _frame);
        compressors.Add(compressor);
    }

    private void GiveBack()
    {
        ChunkPool.Return(_plain);
        if (_frame.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_frame);
        }

        (_plain, _frame) = ([], []);
    }
}
