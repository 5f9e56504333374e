using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Counts what would be written, for a restore that only tells what it would do.</summary>
public sealed class DrySink : IRecordSink
{
    /// <inheritdoc />
    public IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null) => new Writer();

    /// <inheritdoc />
    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Writer : IRecordWriter
    {
        private long _records;

        public WrittenTo? Written => null;

        public ValueTask WriteAsync(OutgoingRecord record, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            _records++;
            return ValueTask.CompletedTask;
        }

        public Task<long> CompleteAsync(CancellationToken cancellation) => Task.FromResult(_records);
    }
}
