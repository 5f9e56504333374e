using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Writes to one partition, and bounds what is on its way there. Acknowledgements come on the client's thread.</summary>
internal sealed class KafkaRecordWriter(KafkaRecordSink sink, PartitionId partition, long end, int sharers, TargetLimits limits) : IRecordWriter
{
    /// <summary>How much may be on its way: several batches, so that the wire is never idle.</summary>
    private const long MostBytes = 16 * 1024 * 1024;

    /// <summary>However many share it: a batch, and one that is filled meanwhile.</summary>
    private const long LeastBytes = 2 * 1024 * 1024;

    private const int MostRecords = 50_000;

    private readonly TopicPartition _partition = new(partition.Topic, partition.Number);
    private readonly long _mostBytes = Math.Max(MostBytes / sharers, LeastBytes);
    private readonly Lock _gate = new();
    private long _bytes;
    private int _records;
    private long _sent;
    private long _acknowledged;
    private WrittenTo? _written;
    private Func<BackupException>? _failed;
    private TaskCompletionSource? _changed;

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

    public async ValueTask WriteAsync(OutgoingRecord record, CancellationToken cancellation)
    {
        var isAlone = limits.MayRefuse(record, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await UntilAsync(() => isAlone ? _records == 0 : _bytes < _mostBytes && _records < MostRecords, cancellation);
        var message = new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime) };
        if (record.Headers.Count > 0)
        {
            message.Headers = [];
            foreach (var (name, value) in record.Headers)
            {
                message.Headers.Add(name, value);
            }
        }

        while (!TryProduce(message, record))
        {
            await Task.Delay(QueuePause, cancellation); // The client's queue is full of other partitions' records.
        }

        if (isAlone)
        {
            await UntilAsync(() => _records == 0, cancellation); // The client would send what comes behind it also when it is refused, into its place.
        }
    }

    public async Task<long> CompleteAsync(CancellationToken cancellation)
    {
        await UntilAsync(() => _records == 0, cancellation);
        return _acknowledged == _sent ? _acknowledged : throw new BackupException(
            FailureKind.Internal, $"{partition}: of {_sent} records that were sent the client has told the end of {_acknowledged} only.");
    }

    private static readonly TimeSpan QueuePause = TimeSpan.FromMilliseconds(20);

    private bool TryProduce(Message<byte[]?, byte[]?> message, OutgoingRecord record)
    {
        Count(record, 1);
        try
        {
            sink.ProducerFor(limits).Produce(_partition, message, report => Settle(record, report.Error, report.Offset.Value));
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            Count(record, -1); // It is not on its way, and its end will never be told.
            return false;
        }
        catch (KafkaException e)
        {
            Settle(record, e.Error, Offset.Unset.Value);
            return true;
        }
    }

    private void Count(OutgoingRecord record, int sign)
    {
        lock (_gate)
        {
            _records += sign;
            _sent += sign;
            _bytes += sign * record.Size;
        }
    }

    /// <summary>Takes in a record's end. Sentences are made where somebody waits for them: here the client's own thread is at work.</summary>
    /// <param name="record">The record.</param>
    /// <param name="error">Why it did not arrive.</param>
    /// <param name="offset">Where it arrived; negative when the broker does not tell, as of what it has been sent twice. Without an answer it means nothing.</param>
    private void Settle(OutgoingRecord record, Error error, long offset)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _records--;
            _bytes -= record.Size;
            if (error.IsError)
            {
                _failed ??= () => sink.Failure(partition, record, error);
            }
            else if (end + _acknowledged is var expected && offset >= 0 && offset != expected && sink.Acks != ProduceAcks.None)
            {
                _failed ??= () => sink.Displaced(partition, record, offset, expected);
            }
            else if (_failed is null)
            {
                _acknowledged++;
                if (sink.Acks == ProduceAcks.All)
                {
                    _written = new WrittenTo(expected + 1, record.SourceOffset);
                }
            }

            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
        if (!error.IsError)
        {
            sink.Heard();
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
                if (_failed is { } failed)
                {
                    throw failed();
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
