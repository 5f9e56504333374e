using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using Xunit;
using SaslMechanism = KafkaBackup.Shared.Configuration.SaslMechanism;
using SecurityProtocol = KafkaBackup.Shared.Configuration.SecurityProtocol;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Offsets of groups, on the real broker that KAFKA_BACKUP_TEST_BROKER names; the embedded one has no groups.</summary>
public sealed class KafkaGroupWriterTests
{
    private const string Variable = "KAFKA_BACKUP_TEST_BROKER";

    private readonly string _address = Environment.GetEnvironmentVariable(Variable) ?? "";
    private readonly string _group = $"set-{Guid.NewGuid():N}";
    private readonly PartitionId _first = new($"grouped-{Guid.NewGuid():N}", 0);
    private int _waits;

    private PartitionId Second => _first with { Number = 1 };

    [SkippableFact]
    public async Task Offsets_are_set_anew_where_they_are_given_and_stay_elsewhere()
    {
        await CreateTopicOrSkipAsync();
        using var writer = Writer();
        await writer.SetAsync(_group, Offsets((_first, 5), (Second, 9)), Wait, CancellationToken.None);

        await writer.SetAsync(_group, Offsets((_first, 2)), Wait, CancellationToken.None);

        Assert.Equal([2, 9], Committed());
        Assert.Equal(0, _waits);
        Assert.Empty(await writer.FindActiveAsync([_group, "nobody-knows-it"], CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_group_with_members_is_waited_for()
    {
        await CreateTopicOrSkipAsync();
        using var writer = Writer();
        var member = await JoinAsync();
        Assert.Equal([_group], await writer.FindActiveAsync(["nobody-knows-it", _group], CancellationToken.None));

        await writer.SetAsync(_group, Offsets((_first, 5)), () =>
        {
            Wait();
            member.Close();
        }, CancellationToken.None);

        Assert.Equal(1, _waits);
        Assert.Equal(5, Committed()[0]);
        member.Dispose();
    }

    [SkippableTheory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_group_of_either_protocol_whose_members_have_left_is_set_and_read(GroupProtocol protocol)
    {
        await CreateTopicOrSkipAsync();
        using var writer = Writer();
        using (var member = await JoinAsync(protocol))
        {
            member.Commit([new TopicPartitionOffset(_first.Topic, 1, 9)]);
            member.Close();
        }

        await writer.SetAsync(_group, new Dictionary<PartitionId, CommittedOffset> { [_first] = new(5, "read by a") }, Wait, CancellationToken.None);

        using var catalog = new KafkaTopicCatalog(TestClients.For(_address));
        var read = Assert.Single(await catalog.GetGroupOffsetsAsync([_group], CancellationToken.None));
        Assert.Equal((null, new CommittedOffset(5, "read by a"), 9), (read.Problem, read.Offsets[_first], read.Offsets[Second].Offset));
    }

    [SkippableTheory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_group_whose_members_stay_is_named_and_left_as_it_was(GroupProtocol protocol)
    {
        await CreateTopicOrSkipAsync();
        var clock = new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(2) };
        using var writer = Writer(clock);
        using var member = await JoinAsync(protocol);
        Assert.Equal([_group], await writer.FindActiveAsync([_group], CancellationToken.None));

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.SetAsync(_group, Offsets((_first, 5)), Wait, CancellationToken.None));

        Assert.Equal((FailureKind.Source, 1), (failure.Kind, _waits));
        Assert.Equal($"Cannot set the offsets of consumer group '{_group}' at {_address}: it has active members, and still had after 30 s. Stop its consumers, and set it.", failure.Message);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));
        member.Close();
        Assert.Equal(Offset.Unset.Value, Committed()[0]);
    }

    [SkippableFact]
    public async Task A_right_that_is_missing_is_named()
    {
        await CreateTopicOrSkipAsync();
        var sasl = Environment.GetEnvironmentVariable($"{Variable}_SASL");
        Skip.If(string.IsNullOrEmpty(sasl), $"{Variable}_SASL names no listener.");
        var alice = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, Mechanism = SaslMechanism.ScramSha256, Username = "alice", Password = "alice-secret" };
        using var writer = new KafkaGroupWriter(TestClients.For(sasl, security: alice), TimeProvider.System);

        var described = await Assert.ThrowsAsync<BackupException>(() => writer.FindActiveAsync([_group], CancellationToken.None));
        var set = await Assert.ThrowsAsync<BackupException>(() => writer.SetAsync(_group, Offsets((_first, 5)), Wait, CancellationToken.None));
        await AllowAsync(ResourceType.Group, _group);
        var setWithoutTopic = await Assert.ThrowsAsync<BackupException>(() => writer.SetAsync(_group, Offsets((_first, 5)), Wait, CancellationToken.None));
        await AllowAsync(ResourceType.Topic, _first.Topic);
        await writer.SetAsync(_group, Offsets((_first, 5)), Wait, CancellationToken.None);

        Assert.Contains($"Cannot describe consumer group '{_group}' at {sasl}: the user has no right to. Give the user the right Read on group '{_group}'", described.Message, StringComparison.Ordinal);
        Assert.Contains($"Give the user the right Read on group '{_group}'", set.Message, StringComparison.Ordinal);
        Assert.Contains("Give the user the right Read on the topics", setWithoutTopic.Message, StringComparison.Ordinal);
        Assert.Equal(5, Committed()[0]);
    }

    [Fact]
    public async Task A_cluster_without_coordinators_is_told()
    {
        await using var broker = EmbeddedBroker.Start();
        using var writer = new KafkaGroupWriter(TestClients.For(broker.BootstrapServers), TimeProvider.System, TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.SetAsync(_group, Offsets((_first, 5)), Wait, CancellationToken.None));

        Assert.StartsWith($"Cannot set the offsets of consumer group '{_group}' at {broker.BootstrapServers}: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Source, 0), (failure.Kind, _waits));
    }

    private KafkaGroupWriter Writer(TimeProvider? clock = null) => new(TestClients.For(_address), clock ?? TimeProvider.System);

    private void Wait() => _waits++;

    private async Task CreateTopicOrSkipAsync()
    {
        Skip.If(_address.Length == 0, $"{Variable} names no broker.");
        await TestTopics.CreateAsync(_address, _first.Topic, partitions: 2);
    }

    /// <summary>A consumer that is a member of the group.</summary>
    private async Task<IConsumer<Ignore, Ignore>> JoinAsync(GroupProtocol protocol = GroupProtocol.Classic)
    {
        var assigned = new TaskCompletionSource();
        var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = _address, GroupId = _group, GroupProtocol = protocol, EnableAutoCommit = false })
            .SetPartitionsAssignedHandler((_, _) => assigned.TrySetResult()).Build();
        consumer.Subscribe(_first.Topic);
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        while (!assigned.Task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Run(() => consumer.Consume(TimeSpan.FromMilliseconds(100)));
        }

        return consumer;
    }

    private async Task AllowAsync(ResourceType type, string name)
    {
        using var admin = Admin();
        await admin.CreateAclsAsync([new AclBinding
        {
            Pattern = new ResourcePattern { Type = type, Name = name, ResourcePatternType = ResourcePatternType.Literal },
            Entry = new AccessControlEntry { Principal = "User:alice", Host = "*", Operation = AclOperation.Read, PermissionType = AclPermissionType.Allow },
        }]);
    }

    private IReadOnlyList<long> Committed()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = _address, GroupId = _group, EnableAutoCommit = false }).Build();
        return [.. consumer.Committed([new(_first.Topic, 0), new(_first.Topic, 1)], TestLimits.Hang).Select(partition => partition.Offset.Value)];
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _address }).Build();

    private static Dictionary<PartitionId, CommittedOffset> Offsets(params (PartitionId Partition, long Offset)[] offsets) => offsets.ToDictionary(offset => offset.Partition, offset => new CommittedOffset(offset.Offset));
}
