using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

/// <summary>Keeps what is written, and acknowledges it at once.</summary>
internal sealed class FakeSink : IRecordSink, IRecordWriter
{
    public List<TestRecord> Records { get; } = [];

    public Action<int> OnWrite { get; set; } = _ => { };

    public WrittenTo? Written { get; private set; }

    public bool TellsWritten => true;

    private long _end;

    public IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null)
    {
        _end = end;
        return this;
    }

    public ValueTask WriteAsync(RecordCursor record, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Records.Add(TestRecords.Copy(record));
        OnWrite(Records.Count);
        Written = new WrittenTo(_end + Records.Count, record.Offset);
        return ValueTask.CompletedTask;
    }

    public Task<long> CompleteAsync(CancellationToken cancellation) => Task.FromResult((long)Records.Count);

    public void Dispose()
    {
        // Nothing is held.
    }
}
