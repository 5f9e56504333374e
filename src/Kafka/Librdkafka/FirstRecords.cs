using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads when the first record at or behind given offsets was written, whether its transaction is committed or not.</summary>
internal sealed class FirstRecords(KafkaClients clients)
{
    /// <summary>How long records are waited for, those of all partitions together.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How much longer the client is waited for.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>The times of those records that could be read.</summary>
    public async Task<IReadOnlyDictionary<PartitionId, DateTimeOffset>> ReadAsync(
        IReadOnlyCollection<(PartitionId Partition, long Offset)> places, CancellationToken cancellation)
    {
        var found = new ConcurrentDictionary<PartitionId, DateTimeOffset>();
        if (places.Count > 0)
        {
            try
            {
                var reading = Task.Factory.StartNew(
                    () => Read(places, found, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                await reading.WaitAsync(Patience + Grace, cancellation);
            }
            catch (Exception e) when (e is TimeoutException or KafkaException)
            {
                // The time is nice to know, and no more. A thread that is still in a call ends its client itself.
            }
        }

        return found;
    }

    private void Read(
        IReadOnlyCollection<(PartitionId Partition, long Offset)> places,
        ConcurrentDictionary<PartitionId, DateTimeOffset> found,
        CancellationToken cancellation)
    {
        using var errors = new ClientErrors(TimeProvider.System);
        using var consumer = clients.CreateUncommittedReader(errors);
        var began = TimeProvider.System.GetTimestamp();
        consumer.Assign(places.Select(place =>
            new TopicPartitionOffset(place.Partition.Topic, new Partition(place.Partition.Number), new Offset(place.Offset))));
        for (var left = places.Count; left > 0 && TimeProvider.System.GetElapsedTime(began) < Patience && !cancellation.IsCancellationRequested;)
        {
            try
            {
                if (consumer.Consume(Poll) is { IsPartitionEOF: false } record && Take(record, found))
                {
                    consumer.IncrementalUnassign([record.TopicPartition]);
                    left--;
                }
            }
            catch (ConsumeException)
            {
                // Of one partition; others may still answer.
            }
        }
    }

    private static bool Take(ConsumeResult<Ignore, Ignore> record, ConcurrentDictionary<PartitionId, DateTimeOffset> found) =>
        record.Message.Timestamp.Type != TimestampType.NotAvailable
        && found.TryAdd(new PartitionId(record.Topic, record.Partition.Value), new DateTimeOffset(record.Message.Timestamp.UtcDateTime));
}
