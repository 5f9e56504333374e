using System.Text.Json;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Committed offsets of consumer groups, and the internal topic that Kafka keeps them in.</summary>
public sealed class ConsumerGroupTests : BrokerTest
{
    [Fact]
    public async Task The_offsets_of_groups_are_kept_beside_the_records()
    {
        PartitionId first = new(await NewTopicAsync("orders", partitions: 12), 2), second = new(first.Topic, 11);
        await Broker.ProduceAsync(first, SampleRecords.Plain(10));
        var (billing, elsewhere) = (Name("billing"), Name("elsewhere"));
        await Broker.CommitAsync(billing, (first, 7), (second, 0));
        await Broker.CommitAsync(elsewhere, (new PartitionId(await NewTopicAsync("other"), 0), 0));
        var backup = NewBackup(first.Topic);
        backup.Config = backup.Config with { Backup = ["consumer_group_snapshot: true"] };

        await backup.SucceedAsync();

        var groups = JsonDocument.Parse(File.ReadAllText(backup.PathOf("consumer-groups-snapshot.json"))).RootElement.GetProperty("groups");
        var group = Assert.Single(groups.EnumerateArray());
        Assert.Equal(billing, group.GetProperty("group_id").GetString());
        Assert.Equal($$"""{"2":7,"11":0}""", group.GetProperty("offsets").GetProperty(first.Topic).GetRawText().Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_consumers_have_committed_beside_their_offsets_is_kept()
    {
        PartitionId first = new(await NewTopicAsync(partitions: 2), 0), second = first with { Number = 1 };
        await Broker.ProduceAsync(first, SampleRecords.Plain(10));
        using var raw = new RawGroups(Broker.Address);
        await raw.CommitAsync(Name("billing"), (first, new(7, "read by a", 0)), (second, new(0)));
        var backup = NewBackup(first.Topic);
        backup.Config = backup.Config with { Backup = ["consumer_group_snapshot: true"] };

        await backup.SucceedAsync();

        var group = Assert.Single(JsonDocument.Parse(File.ReadAllText(backup.PathOf("consumer-groups-snapshot.json"))).RootElement.GetProperty("groups").EnumerateArray());
        Assert.Equal("""{"TOPIC":{"0":{"metadata":"read by a","leader_epoch":0}}}""".Replace("TOPIC", first.Topic, StringComparison.Ordinal), JsonSerializer.Serialize(group.GetProperty("commits")));
        Assert.Equal("""{"TOPIC":{"0":7,"1":0}}""".Replace("TOPIC", first.Topic, StringComparison.Ordinal), JsonSerializer.Serialize(group.GetProperty("offsets")));
    }

    [Fact]
    public async Task The_offsets_of_groups_are_stored_beside_a_backup_without_a_run()
    {
        var (partition, empty) = (new PartitionId(await NewTopicAsync(), 0), new PartitionId(await NewTopicAsync("empty"), 0));
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10));
        await Broker.CommitAsync(Name("billing"), (partition, 7), (empty, 0));
        await Broker.CommitAsync(Name("elsewhere"), (new PartitionId(await NewTopicAsync("other"), 0), 0));
        var backup = NewBackup(partition.Topic, empty.Topic);
        await backup.SucceedAsync();

        var run = (await CliRun.RunAsync("snapshot-groups", "--config", backup.ConfigPath)).AssertExit(0);

        var path = backup.PathOf("consumer-groups-snapshot.json");
        Assert.Equal($"{path} holds 2 offsets of 1 consumer group.\n", run.Output);
        var group = Assert.Single(GroupSnapshot.Read(File.ReadAllBytes(path), path).Groups);
        Assert.Equal((Name("billing"), 7, 0), (group.GroupId, group.Offsets[partition.Topic]["0"], group.Offsets[empty.Topic]["0"]));
    }

    [Fact]
    public async Task Without_a_backup_there_is_nothing_to_store_offsets_of_groups_beside()
    {
        var backup = NewBackup("unused");

        (await CliRun.RunAsync("snapshot-groups", "--config", backup.WriteConfig())).AssertExit(2).AssertOneFailure("There is no backup 'nightly'");
    }

    [SkippableFact]
    public async Task Internal_topics_are_backed_up_on_request_only()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker has no internal topics.");
        await Broker.CommitAsync(Name("billing"), (new PartitionId(await NewTopicAsync(), 0), 0));
        var backup = NewBackup("__consumer_*");

        (await backup.SucceedAsync()).AssertSays("No topic matches");
        backup.Config = backup.Config with { Backup = ["include_internal_topics: true", "internal_topics: [__consumer_offsets]"] };
        await backup.SucceedAsync();

        Assert.Equal(["__consumer_offsets"], StoredRecords.ReadManifest(backup).Topics.Select(topic => topic.Name));
        Assert.NotEmpty(backup.SegmentFiles());
    }

    [SkippableFact]
    public async Task An_internal_topic_that_is_named_and_not_let_through_is_told()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker has no internal topics.");
        await Broker.CommitAsync(Name("billing"), (new PartitionId(await NewTopicAsync(), 0), 0));
        var backup = NewBackup("__consumer_offsets");

        (await backup.RunAsync()).AssertExit(2).AssertOneFailure("which Kafka calls internal");
    }
}
