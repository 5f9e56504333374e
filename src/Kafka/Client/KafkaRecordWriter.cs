using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Gathers the records of one partition into batches, has them delivered one behind the other, and bounds what waits for that. While a batch is on its way the next is compressed.</summary>
internal sealed class KafkaRecordWriter : IRecordWriter
{
    /// <summary>How much may wait: several batches, so that the wire is never idle.</summary>
    private const long MostBytes = 16 * 1024 * 1024;

    /// <summary>However many share it. Of many small batches several travel in one request.</summary>
    private const long LeastBytes = 256 * 1024;

    private const int MostRecords = 50_000, LeastRecords = 1_000;

    /// <summary>What a batch may take beside its records, and what does not compress may grow by.</summary>
    private const int BatchFrame = 1_024;

    /// <summary>About what a record takes in a batch beside what is in it.</summary>
    private const int RecordFrame = 16;

    /// <summary>How long a batch that is not full waits for more.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    private readonly KafkaRecordSink _sink;
    private readonly PartitionId _partition;
    private readonly BatchDelivery _delivery;
    private readonly RecordCodec _codec;
    private readonly int _batchBytes;
    private readonly long _mostBytes;
    private readonly int _mostRecords;
    private readonly Lock _gate = new();
    private readonly Queue<List<OutgoingRecord>> _full = [];
    private List<OutgoingRecord> _filling = [];
    private long _fillingBytes;
    private long _bytes;
    private long _records;
    private long _acknowledged;
    private WrittenTo? _written;
    private Exception? _failure;
    private bool _isPumping;
    private bool _isFlushing;
    private TaskCompletionSource? _filled;
    private TaskCompletionSource? _changed;

    /// <summary>A writer to the end of <paramref name="partition"/>.</summary>
    /// <param name="sink">Whose it is.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="end">Its end.</param>
    /// <param name="sharers">How many writers share the memory of one.</param>
    /// <param name="limits">How its topic wants records. A batch is as large as it takes, and no larger than topics take by Kafka's own settings: it is in memory several times.</param>
    /// <param name="sequence">Numbers the records.</param>
    public KafkaRecordWriter(KafkaRecordSink sink, PartitionId partition, long end, int sharers, TargetLimits limits, ProducerSequence sequence)
    {
        (_sink, _partition, _codec) = (sink, partition, limits.Codec ?? sink.Settings.Compression);
        _mostBytes = Math.Max(MostBytes / sharers, LeastBytes);
        _mostRecords = Math.Max(MostRecords / sharers, LeastRecords);
        _batchBytes = (int)Math.Clamp(limits.MessageBytes - BatchFrame, 1, Math.Min(TargetLimits.KafkaMessageBytes - BatchFrame, _mostBytes / 2));
        _delivery = new BatchDelivery(sink, partition, end, _codec, sequence);
    }

    /// <inheritdoc />
    /// <remarks>Null as long as not all replicas acknowledge: what less have may be lost again, and others that took its place would be believed to be it.</remarks>
    public WrittenTo? Written
    {
        get
        {
            lock (_gate)
            {
                return _written;
            }
        }
    }

    /// <inheritdoc />
    public bool TellsWritten => _sink.Settings.Acks == ProduceAcks.All;

    /// <inheritdoc />
    public async ValueTask WriteAsync(OutgoingRecord record, CancellationToken cancellation)
    {
        await UntilAsync(() => _bytes < _mostBytes && _records < _mostRecords, cancellation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_sink.Ended.IsCancellationRequested, _sink);
            var size = SizeOf(record);
            if (_filling.Count > 0 && _fillingBytes + size > _batchBytes)
            {
                Fill();
            }

            _filling.Add(record);
            _fillingBytes += size;
            _bytes += record.Size;
            _records++;
            if (_isPumping)
            {
                return;
            }

            _isPumping = true;
        }

        _ = Task.Run(PumpAsync, CancellationToken.None);
    }

    /// <inheritdoc />
    public async Task<long> CompleteAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _isFlushing = true;
            _filled?.TrySetResult();
        }

        await UntilAsync(() => _records == 0, cancellation);
        lock (_gate)
        {
            _isFlushing = false;
            return _acknowledged;
        }
    }

    private static long SizeOf(OutgoingRecord record) => record.Size + RecordFrame + (2 * record.Headers.Count);

    /// <summary>The batch that is being filled is full. Under the lock.</summary>
    private void Fill()
    {
        _full.Enqueue(_filling);
        (_filling, _fillingBytes) = ([], 0);
        _filled?.TrySetResult();
    }

    /// <summary>Delivers batches as long as there are records.</summary>
    private async Task PumpAsync()
    {
        var delivering = Task.CompletedTask;
        Exception? failure = null;
        RecordBatchEncoder[] encoders = [];
        try
        {
            encoders = [new RecordBatchEncoder(_codec.ToBatchCodec()), new RecordBatchEncoder(_codec.ToBatchCodec())];
            for (var turn = 0; ; turn++)
            {
                if (await TakeAsync() is not { } records)
                {
                    await delivering;
                    if (IsDone())
                    {
                        return;
                    }

                    continue;
                }

                var batch = encoders[turn % 2].Encode(records);
                await delivering;
                delivering = DeliverAsync(records, batch);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            await delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Array.ForEach(encoders, encoder => encoder.Dispose());
            if (failure is not null)
            {
                Fail(failure); // Once nothing is on its way any more.
            }
        }
    }

    private async Task DeliverAsync(List<OutgoingRecord> records, Memory<byte> batch)
    {
        await foreach (var arrived in _delivery.DeliverAsync(records, batch))
        {
            Acknowledge(arrived);
        }
    }

    /// <summary>The next batch, once it is full or has waited; null when there is no record.</summary>
    private async Task<List<OutgoingRecord>?> TakeAsync()
    {
        Task filled;
        lock (_gate)
        {
            if (_full.TryDequeue(out var next))
            {
                return next;
            }

            if (_filling.Count == 0)
            {
                return null;
            }

            if (_isFlushing)
            {
                return TakeFilling();
            }

            filled = (_filled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        await Task.WhenAny(filled, Task.Delay(Linger, _sink.Ended));
        lock (_gate)
        {
            _filled = null;
            return _full.TryDequeue(out var next) ? next : TakeFilling();
        }
    }

    private List<OutgoingRecord> TakeFilling()
    {
        var taken = _filling;
        (_filling, _fillingBytes) = ([], 0);
        return taken;
    }

    private bool IsDone()
    {
        lock (_gate)
        {
            return !(_isPumping = _filling.Count > 0 || _full.Count > 0);
        }
    }

    private void Acknowledge(ArraySegment<OutgoingRecord> arrived)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _records -= arrived.Count;
            _bytes -= arrived.Sum(record => record.Size);
            _acknowledged += arrived.Count;
            if (_sink.Settings.Acks == ProduceAcks.All)
            {
                _written = new WrittenTo(_delivery.End, arrived[^1].SourceOffset);
            }

            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
    }

    private void Fail(Exception failure)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _failure ??= failure;
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
    }

    /// <summary>Waits until <paramref name="isSo"/>, asked under the lock, or until a record failed.</summary>
    private async ValueTask UntilAsync(Func<bool> isSo, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                switch (_failure)
                {
                    case BackupException failure:
                        throw new BackupException(failure.Kind, failure.Message, failure) { IsRetryable = failure.IsRetryable };
                    case { } failure when _sink.Ended.IsCancellationRequested:
                        throw new ObjectDisposedException("The writing was ended.", failure);
                    case { } failure:
                        throw new BackupException(FailureKind.Internal, $"{_partition} cannot be written to: {failure.Message.TrimEnd('.')}.", failure);
                }

                if (isSo())
                {
                    return;
                }

                changed = (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }
}
