using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>What is read and set of consumer groups, beside offsets.</summary>
public abstract class GroupOffsetContract : IAsyncLifetime
{
    private const int MostMetadata = 4_096;

    private readonly string _group = $"beside-{Guid.NewGuid():N}";
    private readonly PartitionId _first = new($"beside-{Guid.NewGuid():N}", 0);

    /// <summary>host:port; empty when there is no broker.</summary>
    protected abstract string Address { get; }

    private PartitionId Second => _first with { Number = 1 };

    public virtual async Task InitializeAsync()
    {
        if (Address.Length > 0)
        {
            await TestTopics.CreateAsync(Address, _first.Topic, partitions: 2);
        }
    }

    public virtual Task DisposeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task Offsets_are_read_with_what_was_committed_beside_them()
    {
        using var raw = RawOrSkip();
        await raw.CommitAsync(_group, (_first, new(5, "read by a", 0)), (Second, new(0)));
        using var catalog = new KafkaTopicCatalog(TestClients.For(Address));

        var groups = await catalog.GetGroupOffsetsAsync([_group, $"{_group}-nobody"], CancellationToken.None);

        Assert.Equal([_group, $"{_group}-nobody"], groups.Select(group => group.Group));
        Assert.All(groups, group => Assert.Null(group.Problem));
        Assert.Equal(new Dictionary<PartitionId, CommittedOffset> { [_first] = new(5, "read by a", 0), [Second] = new(0, "") }, groups[0].Offsets);
        Assert.Empty(groups[1].Offsets);
    }

    [SkippableFact]
    public async Task Many_groups_are_read_in_their_order()
    {
        using var raw = RawOrSkip();
        var names = Enumerable.Range(0, 70).Select(number => $"{_group}-{number}").ToList();
        await Task.WhenAll(names.Select((name, number) => raw.CommitAsync(name, (_first, new(number, name)))));
        using var catalog = new KafkaTopicCatalog(TestClients.For(Address));

        var groups = await catalog.GetGroupOffsetsAsync(names, CancellationToken.None);

        Assert.Equal(names.Select((name, number) => (name, new CommittedOffset(number, name))), groups.Select(group => (group.Group, group.Offsets[_first])));
    }

    [SkippableFact]
    public async Task What_is_set_is_read_with_its_metadata_and_without_an_epoch()
    {
        using var raw = RawOrSkip();
        await raw.CommitAsync(_group, (_first, new(1, "read by b", 0)), (Second, new(2, "read by b", 0)));

        Assert.Empty(await SetAsync((_first, new(5, "read by a", 7)), (Second, new(2))));

        Assert.Equal(new CommittedOffset(5, "read by a"), await raw.FetchAsync(_group, _first));
        Assert.Equal(new CommittedOffset(2, ""), await raw.FetchAsync(_group, Second));
    }

    [SkippableFact]
    public async Task An_offset_whose_metadata_is_too_long_is_set_without_it()
    {
        using var raw = RawOrSkip();

        var without = await SetAsync((_first, new(5, new string('x', MostMetadata + 1))), (Second, new(6, new string('x', MostMetadata))));

        Assert.Equal([_first], without);
        Assert.Equal(new CommittedOffset(5, ""), await raw.FetchAsync(_group, _first));
        Assert.Equal(new CommittedOffset(6, new string('x', MostMetadata)), await raw.FetchAsync(_group, Second));
    }

    [SkippableFact]
    public async Task More_than_fits_into_one_batch_of_a_broker_is_set()
    {
        using var raw = RawOrSkip();
        var wide = new PartitionId($"{_first.Topic}-wide", 299);
        await TestTopics.CreateAsync(Address, wide.Topic, partitions: 300);

        await SetAsync([.. Enumerable.Range(0, 300).Select(number => (wide with { Number = number }, new CommittedOffset(number, new string('x', MostMetadata))))]);

        Assert.Equal(new CommittedOffset(299, new string('x', MostMetadata)), await raw.FetchAsync(_group, wide));
    }

    /// <summary>Skips the test where there is no broker.</summary>
    private RawGroups RawOrSkip()
    {
        Skip.If(Address.Length == 0, "KAFKA_BACKUP_TEST_BROKER names no broker.");
        return new RawGroups(Address);
    }

    private async Task<IReadOnlyList<PartitionId>> SetAsync(params (PartitionId Partition, CommittedOffset Offset)[] offsets)
    {
        using var writer = new KafkaGroupWriter(TestClients.For(Address), TimeProvider.System);
        return await writer.SetAsync(_group, offsets.ToDictionary(offset => offset.Partition, offset => offset.Offset), () => Assert.Fail("Nobody is in it."), CancellationToken.None);
    }
}
