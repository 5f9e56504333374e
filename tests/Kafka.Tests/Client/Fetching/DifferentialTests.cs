using Confluent.Kafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>Both clients read the same of a log: on the embedded broker, and on the real one that KAFKA_BACKUP_TEST_BROKER names.</summary>
public sealed class DifferentialTests
{
    private readonly PartitionId _partition = new($"differential-{Guid.NewGuid():N}", 0);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_field_of_every_record_is_the_same(bool isReal)
    {
        var address = isReal ? Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER") : null;
        Skip.If(isReal && string.IsNullOrEmpty(address), "KAFKA_BACKUP_TEST_BROKER names no broker.");
        await using var cluster = new KafkaSourceUnderTest(address);
        await cluster.CreateTopicAsync(_partition.Topic, 1, ("max.message.bytes", "4000000"), ("retention.ms", "-1"));
        var random = new Random(21);
        var end = 0L;
        for (var round = 0; round < 4; round++)
        {
            foreach (var codec in Enum.GetValues<CompressionType>())
            {
                end = MixedRecords.Write(cluster.Address, _partition, codec, random, isTransactional: round > 0 && random.Next(2) == 0, isAborted: random.Next(2) == 0);
            }
        }

        await cluster.DeleteBeforeAsync(_partition, 37);
        foreach (var fetchMaxBytes in new[] { 1, 20_000, 4_194_304 })
        {
            foreach (var (from, to) in new[] { (37L, end), (38, end - 3), (end / 2, end), (end / 3, (end / 3) + 1) })
            {
                var read = new List<List<string>>();
                foreach (var client in Enum.GetValues<SourceClient>())
                {
                    read.Add(await ReadAsync(cluster.Address, client, fetchMaxBytes, new OffsetRange(from, to)));
                }

                Assert.NotEmpty(read[0]);
                Assert.Equal(read[0], read[1]);
            }
        }
    }

    private async Task<List<string>> ReadAsync(string address, SourceClient client, int fetchMaxBytes, OffsetRange range)
    {
        var read = new List<string>();
        using var source = TestClients.For(address, $"backup: {{fetch_max_bytes: {fetchMaxBytes}}}").SourceOf(client);
        await using var stream = source.Open(_partition, range);
        while (await stream.ReadAsync(CancellationToken.None) is { } records)
        {
            read.AddRange(TestRecords.CopyAll(records).Select(record => record.ToString()));
        }

        read.Add($"to {stream.Position}");
        return read;
    }
}
