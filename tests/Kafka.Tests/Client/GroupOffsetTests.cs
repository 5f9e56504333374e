using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Xunit;
using SaslMechanism = KafkaBackup.Shared.Configuration.SaslMechanism;
using SecurityProtocol = KafkaBackup.Shared.Configuration.SecurityProtocol;

namespace KafkaBackup.Kafka.Tests.Client;

/// <summary>Reading and setting offsets of groups when coordinators are old, move, are silent, or refuse.</summary>
public sealed class GroupOffsetTests : IAsyncLifetime
{
    private const string Group = "billing";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly PartitionId Orders = new("orders", 0);

    private readonly ConcurrentQueue<IWireStruct> _asked = [];
    private readonly LeapingClock _clock = new() { LeapsAtOnce = TimeSpan.FromMinutes(1) };
    private readonly EmbeddedBroker _broker;
    private readonly ClusterClient _cluster;
    private Action<IWireStruct> _amend = _ => { };

    public GroupOffsetTests()
    {
        _broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = _asked.Enqueue, Amend = answer => Volatile.Read(ref _amend)(answer) });
        _cluster = new ClusterClient(new KafkaSection { Name = "source", BootstrapServers = [_broker.BootstrapServers] });
    }

    public async Task InitializeAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Orders.Topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        using var raw = new RawGroups(_broker.BootstrapServers);
        await raw.CommitAsync(Group, (Orders, new(5, "read by a", 0)));
        _asked.Clear();
    }

    public async Task DisposeAsync()
    {
        _cluster.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Many_groups_cost_few_requests_and_only_certain_offsets_are_asked_for()
    {
        var read = await ReadAsync([.. Enumerable.Range(0, 60).Select(number => $"group-{number}"), Group]);

        Assert.Equal(61, read.Count);
        Assert.Equal(new CommittedOffset(5, "read by a", 0), read[60].Offsets[Orders]);
        Assert.Single(_asked.OfType<FindCoordinatorRequest>());
        Assert.Equal([32, 29], _asked.OfType<OffsetFetchRequest>().Select(request => request.Groups.Count));
        Assert.All(_asked.OfType<OffsetFetchRequest>(), request => Assert.True(request.RequireStable));
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(5, 2)] // Of Kafka 2.1.
    public async Task Older_brokers_are_asked_for_each_group_by_itself(short fetch, short find)
    {
        Amend<ApiVersionsResponse>(answer =>
        {
            answer.ApiKeys.Single(api => api.Key == (short)ApiKey.OffsetFetch).MaxVersion = fetch;
            answer.ApiKeys.Single(api => api.Key == (short)ApiKey.FindCoordinator).MaxVersion = find;
        });

        var read = await ReadAsync("nobody", Group);

        Assert.All(read, group => Assert.Null(group.Problem));
        Assert.Equal(new CommittedOffset(5, "read by a", 0), read[1].Offsets[Orders]);
        Assert.Equal(["nobody", Group], _asked.OfType<OffsetFetchRequest>().Select(request => request.GroupId));
    }

    [Theory]
    [InlineData(KafkaError.NotCoordinator)]
    [InlineData(KafkaError.CoordinatorLoadInProgress)]
    [InlineData(KafkaError.CoordinatorNotAvailable)]
    internal async Task A_coordinator_that_moves_or_is_not_ready_is_looked_for_again(KafkaError error)
    {
        AmendOnce<OffsetFetchResponse>(answer => answer.Groups[0].ErrorCode = error);

        var group = Assert.Single(await ReadAsync(Group));

        Assert.Equal((null, 5), (group.Problem, group.Offsets[Orders].Offset));
        Assert.Equal(2, _asked.OfType<FindCoordinatorRequest>().Count());
        Assert.Equal(TimeSpan.FromMilliseconds(500), _clock.Elapsed);
    }

    [Fact]
    public async Task A_coordinator_that_nobody_knows_yet_is_asked_for_again_and_other_groups_need_not_wait()
    {
        AmendOnce<FindCoordinatorResponse>(answer => answer.Coordinators.Single(one => one.Key == Group).ErrorCode = KafkaError.CoordinatorNotAvailable);

        var read = await ReadAsync(Group, "nobody");

        Assert.Equal((null, 5), (read[0].Problem, read[0].Offsets[Orders].Offset));
        Assert.Equal(["nobody", Group], _asked.OfType<OffsetFetchRequest>().Select(request => request.Groups.Single().GroupId));
    }

    [Fact]
    public async Task A_coordinator_that_never_comes_is_told_after_its_time()
    {
        Amend<OffsetFetchResponse>(answer => answer.Groups[0].ErrorCode = KafkaError.CoordinatorNotAvailable);

        var group = Assert.Single(await ReadAsync(Group));

        Assert.StartsWith($"the offsets of consumer group '{Group}' cannot be read: ", group.Problem, StringComparison.Ordinal);
        Assert.InRange(_clock.Elapsed, Patience, Patience + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_is_made_anew()
    {
        AmendOnce<OffsetFetchResponse>(_ => throw new InvalidOperationException("The broker ends here."));

        var group = Assert.Single(await ReadAsync(Group));

        Assert.Equal((null, 5), (group.Problem, group.Offsets[Orders].Offset));
    }

    [Fact]
    public async Task Groups_that_get_no_answer_together_are_asked_for_one_by_one()
    {
        Amend<OffsetFetchResponse>(answer => _ = answer.Groups.Count > 1 ? throw new InvalidOperationException("The broker ends here.") : answer);

        var read = await ReadAsync([.. Enumerable.Range(0, 40).Select(number => $"group-{number}"), Group]);

        Assert.All(read, group => Assert.Null(group.Problem));
        Assert.Equal(5, read[40].Offsets[Orders].Offset);
    }

    [Fact]
    public async Task Groups_behind_those_that_never_get_an_answer_are_read()
    {
        Amend<OffsetFetchResponse>(answer => _ = answer.Groups.Any(one => one.GroupId is "group-3" or "group-5") ? throw new InvalidOperationException("The broker ends here.") : answer);

        var read = await ReadAsync([.. Enumerable.Range(0, 40).Select(number => $"group-{number}"), Group]);

        Assert.Equal(["group-3", "group-5"], read.Where(group => group.Problem is not null).Select(group => group.Group));
        Assert.Equal(5, read[40].Offsets[Orders].Offset);
    }

    [Fact]
    public async Task A_coordinator_that_does_not_answer_is_asked_over_another_connection()
    {
        using var silence = new ManualResetEventSlim();
        AmendOnce<OffsetFetchResponse>(_ => silence.Wait(TestLimits.Hang));

        var group = Assert.Single(await new GroupOffsetReader(_cluster, TimeSpan.FromSeconds(1), _clock).ReadAsync([Group], CancellationToken.None));

        Assert.Equal((null, 5), (group.Problem, group.Offsets[Orders].Offset));
        silence.Set();
    }

    [Fact]
    public async Task Offsets_that_a_transaction_is_about_to_commit_are_waited_for()
    {
        AmendOnce<OffsetFetchResponse>(answer => answer.Groups[0].Topics[0].Partitions[0].ErrorCode = KafkaError.UnstableOffsetCommit);

        var group = Assert.Single(await ReadAsync(Group));

        Assert.Equal((null, 5), (group.Problem, group.Offsets[Orders].Offset));
    }

    [Fact]
    public async Task A_transaction_that_stays_open_is_told_as_one_and_keeps_no_other_group_out()
    {
        Amend<OffsetFetchResponse>(answer => answer.Groups.Where(one => one.GroupId == Group).ToList().ForEach(one => one.Topics[0].Partitions[0].ErrorCode = KafkaError.UnstableOffsetCommit));

        var read = await ReadAsync(Group, "nobody");

        Assert.StartsWith($"a transaction that commits offsets of consumer group '{Group}' is open.", read[0].Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("right", read[0].Problem, StringComparison.Ordinal);
        Assert.Null(read[1].Problem);
        Assert.InRange(_clock.Elapsed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
    }

    [Fact]
    public async Task A_right_that_is_missing_is_named_at_once()
    {
        Amend<OffsetFetchResponse>(answer => answer.Groups[0].ErrorCode = KafkaError.GroupAuthorizationFailed);

        var group = Assert.Single(await ReadAsync(Group));

        Assert.EndsWith("Give the user the right to describe groups, and to describe their topics", group.Problem, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, _clock.Elapsed);
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_repeated()
    {
        AmendOnce<OffsetCommitResponse>(_ => throw new InvalidOperationException("The broker ends here."));
        using var writer = new KafkaGroupWriter(TestClients.For(_broker.BootstrapServers), _clock);

        Assert.Empty(await writer.SetAsync(Group, new Dictionary<PartitionId, CommittedOffset> { [Orders] = new(3, "read by b", 9) }, () => Assert.Fail("Nobody is in it."), CancellationToken.None));

        Assert.Equal(2, _asked.OfType<OffsetCommitRequest>().Count());
        using var raw = new RawGroups(_broker.BootstrapServers);
        Assert.Equal(new CommittedOffset(3, "read by b"), await raw.FetchAsync(Group, Orders));
    }

    [Fact]
    public async Task Members_are_waited_for_and_told_once()
    {
        var (refusals, waits) = (3, 0);
        Amend<OffsetCommitResponse>(answer => answer.Topics[0].Partitions[0].ErrorCode = refusals-- > 0 ? KafkaError.UnknownMemberId : KafkaError.None);
        using var writer = new KafkaGroupWriter(TestClients.For(_broker.BootstrapServers), _clock);

        await writer.SetAsync(Group, new Dictionary<PartitionId, CommittedOffset> { [Orders] = new(3, "read by b") }, () => waits++, CancellationToken.None);

        Assert.Equal((1, TimeSpan.FromSeconds(3)), (waits, _clock.Elapsed));
    }

    [Fact]
    public async Task Other_metadata_than_was_acknowledged_is_told()
    {
        Amend<OffsetFetchResponse>(answer => answer.Groups[0].Topics[0].Partitions[0].Metadata = "somebody else's");
        using var writer = new KafkaGroupWriter(TestClients.For(_broker.BootstrapServers), _clock);

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.SetAsync(
            Group, new Dictionary<PartitionId, CommittedOffset> { [Orders] = new(3, "read by b") }, () => { }, CancellationToken.None));

        Assert.Contains("in orders:0 3 with other metadata in place of 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_own_client_cannot_log_in_it_is_told_once_that_there_is_no_metadata()
    {
        var log = new LogLines();
        var unknown = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, Mechanism = SaslMechanism.Gssapi, Username = "alice", Password = "alice-secret" };
        var clients = TestClients.For(_broker.BootstrapServers, security: unknown, log: log);

        Assert.Null(clients.CreateOwn());
        Assert.Null(clients.CreateOwn());

        Assert.Contains("without their metadata", Assert.Single(log), StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<GroupOffsets>> ReadAsync(params string[] groups) => new GroupOffsetReader(_cluster, Patience, _clock).ReadAsync(groups, CancellationToken.None);

    private void Amend<T>(Action<T> change) => Volatile.Write(ref _amend, answer =>
    {
        if (answer is T wanted)
        {
            change(wanted);
        }
    });

    private void AmendOnce<T>(Action<T> change)
    {
        var times = 0;
        Amend<T>(answer =>
        {
            if (Interlocked.Increment(ref times) == 1)
            {
                change(answer);
            }
        });
    }
}
