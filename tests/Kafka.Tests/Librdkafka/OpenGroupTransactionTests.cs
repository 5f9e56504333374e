using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Groups whose offsets a transaction is about to commit, on the real broker that KAFKA_BACKUP_TEST_BROKER names.</summary>
public sealed class OpenGroupTransactionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _address = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER") ?? "";
    private readonly PartitionId _partition = new($"grouped-{Guid.NewGuid():N}", 0);
    private readonly string _group = $"exactly-once-{Guid.NewGuid():N}";
    private readonly string _plain = $"plain-{Guid.NewGuid():N}";
    private IProducer<Null, Null>? _producer;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _producer?.Dispose();
        return Task.CompletedTask;
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_that_ends_soon_is_waited_for(bool isOwn)
    {
        await CommitOrSkipAsync();
        var clock = new WatchedClock(() => _producer!.CommitTransaction(Patience));

        var groups = await ReadAsync(isOwn, clock, _group);

        var group = Assert.Single(groups);
        Assert.Null(group.Problem);
        Assert.Equal(5, group.Offsets[_partition].Offset);
        Assert.True(clock.WasAsked);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_does_not_end_is_named_with_its_group_and_keeps_no_other_group_out(bool isOwn)
    {
        await CommitOrSkipAsync();
        var clock = new LeapingClock { LeapsAtOnce = Patience };

        var groups = await ReadAsync(isOwn, clock, _group, _plain);

        Assert.StartsWith($"a transaction that commits offsets of consumer group '{_group}' is open.", groups[0].Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("right", groups[0].Problem, StringComparison.Ordinal);
        Assert.Equal((null, 3L), (groups[1].Problem, groups[1].Offsets[_partition].Offset));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
    }

    /// <param name="isOwn">Whether by the client of our own; librdkafka otherwise.</param>
    /// <param name="clock">Measures the pauses.</param>
    /// <param name="groups">The groups.</param>
    private async Task<IReadOnlyList<GroupOffsets>> ReadAsync(bool isOwn, TimeProvider clock, params string[] groups)
    {
        var clients = TestClients.For(_address);
        using var calls = new AdminCalls(clients);
        using var own = clients.CreateOwn();
        return await (isOwn
            ? new GroupOffsetReader(own!, Patience, clock).ReadAsync(groups, CancellationToken.None)
            : new KafkaGroupReader(calls, Patience, clock).ReadAsync(groups, CancellationToken.None));
    }

    /// <summary>One group has committed 3, the other 1; a transaction that is open commits 5 of it.</summary>
    private async Task CommitOrSkipAsync()
    {
        Skip.If(_address.Length == 0, "KAFKA_BACKUP_TEST_BROKER names no broker.");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _address }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = _partition.Topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        using var plain = Consumer(_plain);
        plain.Commit([Offset(3)]);

        using var consumer = Consumer(_group);
        consumer.Commit([Offset(1)]); // Of what a group has never committed before, a broker says nothing at all while a transaction is open.
        _producer = new ProducerBuilder<Null, Null>(new ProducerConfig { BootstrapServers = _address, TransactionalId = _group }).Build();
        _producer.InitTransactions(Patience);
        _producer.BeginTransaction();
        _producer.SendOffsetsToTransaction([Offset(5)], consumer.ConsumerGroupMetadata, Patience);
    }

    private TopicPartitionOffset Offset(long offset) => new(_partition.Topic, _partition.Number, offset);

    private IConsumer<Ignore, Ignore> Consumer(string group) =>
        new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = _address, GroupId = group, EnableAutoCommit = false }).Build();

    /// <summary>Does something before the first pause begins.</summary>
    private sealed class WatchedClock(Action first) : TimeProvider
    {
        private int _asked;

        public bool WasAsked => Volatile.Read(ref _asked) > 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (Interlocked.Increment(ref _asked) == 1)
            {
                first();
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
