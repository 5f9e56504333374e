using Confluent.Kafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Tests.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>Three real brokers, of which one leader after the other is killed while both clients read.</summary>
[Collection(OwnBrokers.Name)]
public sealed class KilledLeaderTests
{
    private const int Kills = 3;

    private static readonly PartitionId Partition = new("t", 0);

    [SkippableFact]
    public async Task Both_clients_read_the_same_as_if_no_leader_had_died()
    {
        await using var brokers = await ThreeBrokers.StartOrSkipAsync();
        await brokers.CreateTopicAsync(Partition.Topic, 1, 2, 3);
        var random = new Random(392);
        var end = 0L;
        foreach (var codec in Enum.GetValues<CompressionType>())
        {
            end = MixedRecords.Write(brokers.Address, Partition, codec, random, isTransactional: true, isAborted: codec == CompressionType.Lz4, count: 3_000);
        }

        // Neither client has the whole log at hand when a leader dies.
        var (small, range) = ("backup: {fetch_max_bytes: 20000}", new OffsetRange(0, end));
        await using var reference = new Reading(TestClients.For(brokers.Address, small).SourceOf(SourceClient.Native), range);
        var before = await reference.ToAsync(end);
        await using var librdkafka = new Reading(TestClients.For(brokers.Address, small).SourceOf(SourceClient.Librdkafka), range);
        await using var native = new Reading(TestClients.For(brokers.Address, small).SourceOf(SourceClient.Native), range);
        await using var nearby = new Reading(TestClients.For(brokers.Address, small, rack: "rack-2").SourceOf(SourceClient.Native), range);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Task.WhenAll(new[] { librdkafka, native, nearby }.Select(reading => reading.ToAsync(end * kill / (Kills + 1))));
            await brokers.WaitForAsync(Partition, found => found.InSyncReplicas.Length == 3);
            var leader = brokers.LeaderOf(Partition);
            await brokers.KillAsync(leader);
            await Task.WhenAll(new[] { librdkafka, native, nearby }.Select(reading => reading.ToAsync((end * kill / (Kills + 1)) + 500)));
            await brokers.StartAsync(leader);
        }

        Assert.Equal(before, await librdkafka.ToAsync(end));
        Assert.Equal(before, await native.ToAsync(end));
        Assert.Equal(before, await nearby.ToAsync(end));
    }

    /// <summary>A stream that is read a part at a time.</summary>
    private sealed class Reading(IRecordSource source, OffsetRange range) : IAsyncDisposable
    {
        private readonly List<string> _read = [];
        private readonly IRecordStream _stream = source.Open(Partition, range);

        /// <summary>Reads on to <paramref name="offset"/> or a little further; all that was read.</summary>
        public async Task<IReadOnlyList<string>> ToAsync(long offset)
        {
            while (_stream.Position < offset && await _stream.ReadAsync(CancellationToken.None) is { } records)
            {
                _read.AddRange(TestRecords.CopyAll(records).Select(record => record.ToString()));
            }

            return _read;
        }

        public async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync();
            source.Dispose();
        }
    }
}
