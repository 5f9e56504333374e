using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Counts what would be written, for a restore that only tells what it would do.</summary>
/// <param name="fits">Whether a topic with these limits takes a record, alone in a batch. Default: all do.</param>
public sealed class DrySink(Func<RecordCursor, TargetLimits, bool>? fits = null) : IRecordSink
{
    /// <inheritdoc />
    public IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null) =>
        new Writer(record => fits?.Invoke(record, limits ?? TargetLimits.Default) != false);

    /// <inheritdoc />
    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Writer(Func<RecordCursor, bool> fits) : IRecordWriter
    {
        private long _records;

        public long TooLarge { get; private set; }

        public WrittenTo? Written => null;

        public bool TellsWritten => false;

        public ValueTask WriteAsync(RecordCursor record, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            _records++;
            TooLarge += fits(record) ? 0 : 1;
            return ValueTask.CompletedTask;
        }

        public Task<long> CompleteAsync(CancellationToken cancellation) => Task.FromResult(_records);
    }
}
