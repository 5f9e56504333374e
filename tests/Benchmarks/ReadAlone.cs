using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Benchmarks;

/// <summary>Reads what a configuration names by the client that it names and as the product reads it, as many partitions at once, and drops the records.</summary>
internal static class ReadAlone
{
    /// <summary>Reads and prints the number of records.</summary>
    public static async Task RunAsync(string configPath)
    {
        var configuration = ConfigurationLoader.Load(configPath, _ => null);
        var clients = new KafkaClients(configuration, NullLogger<KafkaClients>.Instance);
        using var source = clients.CreateSource();
        using var catalog = new KafkaTopicCatalog(clients);
        var topics = await catalog.GetTopicsAsync(new TopicFilter(configuration.Source.Topics, configuration.Backup), CancellationToken.None);
        var partitions = topics.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number))).ToList();
        var bounds = await catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, CancellationToken.None);
        var count = 0L;
        var limit = new ParallelOptions { MaxDegreeOfParallelism = configuration.Backup.MaxConcurrentPartitions };
        await Parallel.ForEachAsync(bounds, limit, async (found, cancellation) =>
        {
            var range = new OffsetRange(found.Value.LogStartOffset, found.Value.HighWatermark);
            Interlocked.Add(ref count, await CountAsync(source, found.Key, range, cancellation));
        });
        Console.WriteLine(count);
    }

    private static async Task<long> CountAsync(IRecordSource source, PartitionId partition, OffsetRange range, CancellationToken cancellation)
    {
        await using var stream = source.Open(partition, range);
        var count = 0L;
        while (await stream.ReadAsync(cancellation) is { } records)
        {
            while (records.MoveNext())
            {
                count++;
            }
        }

        return count;
    }
}
