using System.Collections.Concurrent;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>A leader that sends readers to a replica in their rack, which is another broker here and lags behind (KIP-392).</summary>
public sealed class NearReplicaTests
{
    private const int All = 10;
    private const int There = 6;
    private const int Far = 7;

    private static readonly PartitionId Partition = new("orders", 0);

    private readonly ConcurrentQueue<(string Rack, long Offset)> _asked = [];
    private readonly ConcurrentQueue<long> _askedNear = [];
    private (string Host, int Port) _near;
    private volatile bool _isCluster;
    private volatile bool _isSentAway;
    private volatile MetadataResponse? _told;

    [Fact]
    public async Task Records_come_from_the_replica_that_is_near_and_those_it_lacks_from_the_leader()
    {
        await using var near = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = LookNear, Amend = OfOneCluster });
        await FillAsync(near, There);
        Assert.Equal(Enumerable.Range(0, All).Select(offset => (long)offset), await ReadAsync(near, "r2"));

        Assert.Equal([("r2", 0L), ("", There)], _asked);
        Assert.Equal([0L, There], _askedNear);
    }

    [Fact]
    public async Task A_replica_that_is_away_leaves_all_to_the_leader()
    {
        var near = EmbeddedBroker.Start();
        var address = near.BootstrapServers.Split(':');
        await near.DisposeAsync();
        _near = (address[0], int.Parse(address[1]));

        Assert.Equal(Enumerable.Range(0, All).Select(offset => (long)offset), await ReadAsync(null, "r2"));
        Assert.Equal([("r2", 0L), ("", 0)], _asked);
    }

    [Fact]
    public async Task Without_a_rack_nobody_is_sent_away()
    {
        await using var near = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = LookNear, Amend = OfOneCluster });

        Assert.Equal(All, (await ReadAsync(near, null)).Count);
        Assert.Equal([("", 0L)], _asked);
        Assert.Empty(_askedNear);
    }

    private static async Task FillAsync(EmbeddedBroker broker, int count)
    {
        await using var cluster = new KafkaSourceUnderTest(broker.BootstrapServers);
        await cluster.CreateTopicAsync(Partition.Topic, 1);
        await cluster.AppendAsync(Partition, count);
    }

    private async Task<List<long>> ReadAsync(EmbeddedBroker? near, string? rack)
    {
        if (near?.BootstrapServers.Split(':') is [var host, var port])
        {
            _near = (host, int.Parse(port));
        }

        await using var leader = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Look, Amend = SendAway });
        await FillAsync(leader, All);
        _isCluster = true;
        using var source = TestClients.For(leader.BootstrapServers, rack: rack).SourceOf(SourceClient.Native);
        await using var stream = source.Open(Partition, new OffsetRange(0, All));
        var offsets = new List<long>();
        while (await stream.ReadAsync(CancellationToken.None) is { } records)
        {
            offsets.AddRange(TestRecords.CopyAll(records).Select(record => record.Offset));
        }

        return offsets;
    }

    private void LookNear(IWireStruct request)
    {
        if (request is FetchRequest fetch)
        {
            _askedNear.Enqueue(fetch.Topics[0].Partitions[0].FetchOffset);
        }
    }

    private void Look(IWireStruct request)
    {
        if (request is FetchRequest fetch)
        {
            _asked.Enqueue((fetch.RackId, fetch.Topics[0].Partitions[0].FetchOffset));
            _isSentAway = fetch.RackId.Length > 0;
        }
    }

    private void SendAway(IWireStruct answer)
    {
        switch (answer)
        {
            case MetadataResponse { Brokers: [_] } metadata when _isCluster:
                metadata.Brokers.Add(new() { NodeId = Far, Host = _near.Host, Port = _near.Port, Rack = "r2" });
                _told = metadata;
                break;
            case FetchResponse fetch when _isSentAway:
                fetch.Topics.ForEach(topic => topic.Partitions.ForEach(partition => (partition.PreferredReadReplica, partition.Records) = (Far, null)));
                break;
        }
    }

    /// <summary>It tells what the leader told of the cluster. Its topic has an id of its own: it is to be asked by name.</summary>
    private void OfOneCluster(IWireStruct answer)
    {
        switch (answer)
        {
            case ApiVersionsResponse versions:
                versions.ApiKeys.Where(api => api.Key == (short)ApiKey.Fetch).ToList().ForEach(api => api.MaxVersion = 12);
                break;
            case MetadataResponse metadata when _told is { } told:
                (metadata.Brokers, metadata.Topics) = (told.Brokers, told.Topics);
                break;
        }
    }
}
