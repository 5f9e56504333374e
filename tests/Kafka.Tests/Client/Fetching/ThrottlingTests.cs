using System.Collections.Concurrent;
using System.Diagnostics;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>A broker whose quota is used up answers at once, with nothing or with records, and wants to be left alone for a while (KIP-219).</summary>
public sealed class ThrottlingTests
{
    private const int Records = 10;
    private const int PauseMs = 700;

    private static readonly PartitionId Partition = new("orders", 0);

    private readonly ConcurrentQueue<long> _fetches = [];
    private int _throttled;
    private volatile bool _isAnotherLeader;

    [Fact]
    public async Task A_pause_that_a_broker_wants_is_kept_and_an_empty_answer_is_no_end()
    {
        _throttled = 2;
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Look, Amend = Throttle });

        Assert.Equal(Records, await ReadAsync(broker));

        var times = _fetches.ToArray();
        Assert.Equal((3, 0), (times.Length, _throttled));
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(Stopwatch.GetElapsedTime(pair.First, pair.Second) >= TimeSpan.FromMilliseconds(PauseMs - 20)));
    }

    [Fact]
    public async Task An_error_that_comes_with_a_pause_has_the_leader_looked_for_anew()
    {
        _isAnotherLeader = true;
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Look, Amend = SendAway });

        Assert.Equal(Records, await ReadAsync(broker));
        Assert.False(_isAnotherLeader);
    }

    private static async Task<int> ReadAsync(EmbeddedBroker broker)
    {
        await using var cluster = new KafkaSourceUnderTest(broker.BootstrapServers);
        await cluster.CreateTopicAsync(Partition.Topic, 1);
        await cluster.AppendAsync(Partition, Records);
        using var source = TestClients.For(broker.BootstrapServers).SourceOf(SourceClient.Native);
        await using var stream = source.Open(Partition, new OffsetRange(0, Records));
        var count = 0;
        while (await stream.ReadAsync(CancellationToken.None) is { } records)
        {
            count += TestRecords.CopyAll(records).Count;
        }

        return count;
    }

    private void Look(IWireStruct request)
    {
        switch (request)
        {
            case FetchRequest:
                _fetches.Enqueue(Stopwatch.GetTimestamp());
                break;
            case MetadataRequest when !_fetches.IsEmpty:
                _isAnotherLeader = false;
                break;
        }
    }

    private void Throttle(IWireStruct answer)
    {
        if (answer is FetchResponse fetch && Interlocked.Decrement(ref _throttled) >= 0)
        {
            fetch.ThrottleTimeMs = PauseMs;
            fetch.Topics.Clear();
        }
        else if (answer is FetchResponse)
        {
            _throttled = 0;
        }
    }

    private void SendAway(IWireStruct answer)
    {
        if (_isAnotherLeader && answer is FetchResponse fetch)
        {
            fetch.ThrottleTimeMs = 1;
            fetch.Topics.ForEach(topic => topic.Partitions.ForEach(partition => (partition.ErrorCode, partition.Records) = (KafkaError.NotLeaderOrFollower, null)));
        }
    }
}
