using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class SourceReadingTests : BrokerTest
{
    private const int Topics = 40;

    /// <summary>A limit for a hang of 39 s, not a measurement: without waiting, all takes a fraction of a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_reader_that_turns_to_another_topic_does_not_wait_for_the_clients_timer_of_a_second()
    {
        var partitions = Enumerable.Range(0, Topics).Select(number => new PartitionId(Name($"topic-{number}"), 0)).ToList();
        await Task.WhenAll(partitions.Select(FillAsync));
        using var source = NewSource();
        using var limit = new CancellationTokenSource(Patience);
        foreach (var partition in partitions)
        {
            await using var stream = source.Open(partition, new OffsetRange(0, 2));
            while (await stream.ReadAsync(limit.Token) is not null)
            {
            }

            Assert.Equal(2, stream.Position);
        }
    }

    private async Task FillAsync(PartitionId partition)
    {
        await Broker.CreateTopicAsync(partition.Topic, partitions: 1);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(2));
    }

    private KafkaRecordSource NewSource()
    {
        var configuration = ConfigurationLoader.Parse(
            $"""
            mode: backup
            backup_id: reading
            source:
              bootstrap_servers: ["{Broker.Address}"]
              topics:
                include: ["*"]
            storage:
              backend: filesystem
              path: /nowhere
            """, "reading.yaml", _ => null);
        return new KafkaRecordSource(new KafkaClients(configuration, NullLogger<KafkaClients>.Instance));
    }
}
