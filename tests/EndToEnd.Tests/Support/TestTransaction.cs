using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A transaction of a producer of its own; open until it is committed or aborted.</summary>
internal sealed class TestTransaction : IDisposable
{
    private static readonly TimeSpan Patience = TestLimits.Hang;

    private readonly TestBroker _broker;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly ProducedRecords _written = new();

    public TestTransaction(TestBroker broker, IProducer<byte[]?, byte[]?> producer)
    {
        (_broker, _producer) = (broker, producer);
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
    }

    /// <summary>Appends records; when this returns they are in the log, and nobody may read them yet.</summary>
    public async Task ProduceAsync(PartitionId partition, IEnumerable<LogRecord> records) =>
        _written.Add(await TestBroker.ProduceAsync(_producer, partition, records));

    /// <summary>Commits, and returns what was written.</summary>
    public async Task<ProducedRecords> CommitAsync()
    {
        _producer.CommitTransaction(Patience);
        await WaitForMarkersAsync();
        return _written;
    }

    /// <summary>Aborts.</summary>
    public async Task AbortAsync()
    {
        _producer.AbortTransaction(Patience);
        await WaitForMarkersAsync();
    }

    public void Dispose() => _producer.Dispose();

    /// <summary>The broker answers before the markers are in the partitions, which follow the records.</summary>
    private async Task WaitForMarkersAsync()
    {
        foreach (var (partition, records) in _written.ByPartition)
        {
            await _broker.WaitForStableEndAsync(partition, records[^1].Offset + 2);
        }
    }
}
