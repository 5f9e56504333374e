using System.Collections.Concurrent;
using System.Threading.Channels;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>One range of one partition: the batches that a <see cref="PartitionReader"/> hands over from a thread of its own.</summary>
internal sealed class KafkaRecordStream : IRecordStream
{
    private const int MaxBatchesWaiting = 2;

    /// <summary>How often it is looked whether the reader's thread still lives while nothing comes.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(5);

    /// <summary>How long the reader's end is waited for. Left alone, it ends by itself, and its client with it.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly PartitionId _partition;
    private readonly PartitionReader _reader;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Channel<ConfluentBatch> _batches = Channel.CreateBounded<ConfluentBatch>(
        new BoundedChannelOptions(MaxBatchesWaiting) { SingleReader = true, SingleWriter = true });

    /// <summary>At most four: one is filled, two wait, one is read.</summary>
    private readonly ConcurrentQueue<ConfluentBatch> _free = [];

    private ConfluentBatch? _current;
    private Task? _reading;

    public KafkaRecordStream(KafkaRecordSource pool, KafkaClients clients, PartitionId partition, OffsetRange range, int? leaderEpoch)
    {
        _partition = partition;
        _reader = new PartitionReader(pool, clients, (partition, range, leaderEpoch), _batches.Writer, _free, _stopped.Token);
        Position = range.Base;
    }

    public long Position { get; private set; }

    public int? LeaderEpoch { get; private set; }

    public long? FirstChangedHeaderName { get; private set; }

    public async ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation)
    {
        Release();
        _reading ??= Task.Factory.StartNew(_reader.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (await WaitAsync(cancellation) && _batches.Reader.TryRead(out var batch))
        {
            (Position, LeaderEpoch) = (batch.Next, batch.LeaderEpoch);
            FirstChangedHeaderName ??= batch.FirstChangedHeaderName;
            return _current = batch;
        }

        Position = _reader.End;
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        if (_reading is { } reading && await Task.WhenAny(reading, Task.Delay(StopLimit)) != reading)
        {
            return; // It holds a batch, the token and the client; it gives the client back when that lets go of it.
        }

        Release();
        while (_batches.Reader.TryRead(out var batch) || _free.TryDequeue(out batch))
        {
            batch.Dispose();
        }

        _stopped.Dispose();
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        var waiting = _batches.Reader.WaitToReadAsync(cancellation);
        if (waiting.IsCompleted)
        {
            return await waiting;
        }

        var task = waiting.AsTask();
        while (await Task.WhenAny(task, Task.Delay(Watch, cancellation)) != task)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_reader.IsLost)
            {
                throw new BackupException(FailureKind.Source,
                    $"Nothing came of {_partition} from offset {_reader.End}: the Kafka client does not come back from a call. "
                    + "The partition is tried again with another client.")
                {
                    IsRetryable = true,
                };
            }
        }

        return await task;
    }

    private void Release()
    {
        if (_current is { } read)
        {
            read.Clear();
            _free.Enqueue(read);
            _current = null;
        }
    }
}
