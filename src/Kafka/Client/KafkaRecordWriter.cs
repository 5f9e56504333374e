using KafkaBackup.Kafka.Wire.Records;
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

    /// <summary>Topics that take small batches only have so many at most: each has its own memory.</summary>
    private const int MostBatches = 512;

    /// <summary>What a batch may take beside its records, and what does not compress may grow by.</summary>
    private const int BatchFrame = 1_024;

    /// <summary>How long a batch that is not full waits for more.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    private readonly KafkaRecordSink _sink;
    private readonly PartitionId _partition;
    private readonly BatchDelivery _delivery;
    private readonly long _mostBytes;
    private readonly int _mostRecords;
    private readonly Lock _gate = new();
    private readonly FilledBatches _batches;
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
        (_sink, _partition) = (sink, partition);
        _mostBytes = Math.Max(MostBytes / sharers, LeastBytes);
        _mostRecords = Math.Max(MostRecords / sharers, LeastRecords);
        var codec = (limits.Codec ?? sink.Settings.Compression).ToBatchCodec();
        _batches = new FilledBatches(codec, (int)Math.Clamp(limits.MessageBytes - BatchFrame, 1, Math.Min(TargetLimits.KafkaMessageBytes - BatchFrame, _mostBytes / 2)));
        _delivery = new BatchDelivery(sink, partition, end, codec, sequence);
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

    /// <summary>Under the lock.</summary>
    private bool HasRoom => _bytes < _mostBytes && _records < _mostRecords && _batches.Count < MostBatches;

    /// <inheritdoc />
    public ValueTask WriteAsync(RecordCursor record, CancellationToken cancellation) =>
        TryWrite(record) ? ValueTask.CompletedTask : WaitAndWriteAsync(record, cancellation);

    private async ValueTask WaitAndWriteAsync(RecordCursor record, CancellationToken cancellation)
    {
        do
        {
            await UntilAsync(() => HasRoom, cancellation);
        }
        while (!TryWrite(record));
    }

    /// <summary>Takes a record, unless there is no room.</summary>
    private bool TryWrite(RecordCursor record)
    {
        bool isPumping;
        lock (_gate)
        {
            ThrowIfFailed();
            if (!HasRoom)
            {
                return false;
            }

            ObjectDisposedException.ThrowIf(_sink.Ended.IsCancellationRequested, _sink);
            var size = record.Size;
            _batches.Add(record, size);
            _bytes += size;
            _records++;
            if (_batches.HasFull)
            {
                _filled?.TrySetResult();
            }

            (isPumping, _isPumping) = (_isPumping, true);
        }

        if (!isPumping)
        {
            _ = Task.Run(PumpAsync, CancellationToken.None);
        }

        return true;
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

    /// <summary>Delivers batches as long as there are records.</summary>
    private async Task PumpAsync()
    {
        var delivering = Task.CompletedTask;
        Exception? failure = null;
        RecordBatchPacker[] packers = [new(), new()];
        try
        {
            for (var turn = 0; ; turn++)
            {
                if (await TakeAsync() is not { } filled)
                {
                    await delivering;
                    if (IsDone())
                    {
                        return;
                    }

                    continue;
                }

                var batch = filled.Finish(packers[turn % 2]);
                await delivering;
                delivering = DeliverAsync(filled, batch);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            await delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Array.ForEach(packers, packer => packer.Dispose());
            if (failure is not null)
            {
                Fail(failure); // Once nothing is on its way any more.
            }
        }
    }

    private async Task DeliverAsync(FilledBatch filled, Memory<byte> batch)
    {
        await foreach (var arrived in _delivery.DeliverAsync(filled.Records, batch))
        {
            Acknowledge(arrived);
        }

        Change(() => _batches.Return(filled));
    }

    /// <summary>The next batch, once it is full or has waited; null when there is no record.</summary>
    private async Task<FilledBatch?> TakeAsync()
    {
        Task filled;
        lock (_gate)
        {
            if (_batches.HasFull || _batches.IsEmpty || _isFlushing)
            {
                return _batches.Take();
            }

            filled = (_filled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        await Task.WhenAny(filled, Task.Delay(Linger, _sink.Ended));
        lock (_gate)
        {
            _filled = null;
            return _batches.Take();
        }
    }

    private bool IsDone()
    {
        lock (_gate)
        {
            _isPumping = !_batches.IsEmpty;
            if (_isPumping)
            {
                return false;
            }

            _batches.Shrink();
            return true;
        }
    }

    private void Acknowledge(ArraySegment<SentRecord> arrived) => Change(() =>
    {
        _records -= arrived.Count;
        _bytes -= arrived.Sum(record => record.Size);
        _acknowledged += arrived.Count;
        if (_sink.Settings.Acks == ProduceAcks.All)
        {
            _written = new WrittenTo(_delivery.End, arrived[^1].SourceOffset);
        }
    });

    private void Fail(Exception failure) => Change(() =>
    {
        _failure ??= failure;
        _batches.Clear(); // Who has failed may be remembered for long, and what it was to write is read again.
    });

    /// <summary>Changes what others may wait for. Under the lock.</summary>
    private void Change(Action change)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
    }

    /// <summary>Throws what made the writer fail. Under the lock.</summary>
    private void ThrowIfFailed()
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
    }

    /// <summary>Waits until <paramref name="isSo"/>, asked under the lock, or until a record failed.</summary>
    private async ValueTask UntilAsync(Func<bool> isSo, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                ThrowIfFailed();
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
