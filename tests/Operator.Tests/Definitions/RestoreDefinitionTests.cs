using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Operator.Tests.Definitions;

public sealed class RestoreDefinitionTests
{
    [Fact]
    public void A_restore_of_a_KafkaBackup_has_its_store_and_its_name()
    {
        var read = Objects.Read(RestoreDefinition.Of(Objects.Restore(), Objects.Backup("""{ "backupId": "production" }""")));

        Assert.Equal(("production", "/data/backups"), (read.BackupId.Value, ((FileSystemStorageSection)read.Storage).Path));
        Assert.Equal((false, false, false), (read.Restore.CreatesTopics, read.Restore.PurgesTopics, read.Restore.IsDryRun));
    }

    [Fact]
    public void A_backup_in_a_store_needs_no_KafkaBackup()
    {
        var read = Objects.Read(RestoreDefinition.Of(Objects.Restore(
            """{ "backupRef": { "name": "", "backupId": "old", "storage": { "storageType": "gcs", "gcs": { "bucket": "b", "credentialsSecret": { "name": "robot" } } } } }"""), null));

        Assert.Equal(("old", $"{Objects.Folder}/shop/robot/SERVICE_ACCOUNT_JSON"), (read.BackupId.Value, ((GcsStorageSection)read.Storage).ServiceAccountPath));
    }

    [Fact]
    public void Every_field_reaches_the_definition()
    {
        var restore = Objects.Read(RestoreDefinition.Of(Objects.Restore("""
            {
              "topics": ["orders", "~^pay"], "pitr": { "startTimestamp": 1000, "endTime": "2026-11-29T14:03:00Z" },
              "topicMapping": { "orders": "orders-restored" }, "partitionMapping": { "0": 1, "1": 0 }, "repartitioning": { "paid": { "targetPartitions": 24, "strategy": "automatic" } },
              "rateLimiting": { "recordsPerSec": 10, "bytesPerSec": 20, "maxConcurrentPartitions": 2 }, "storagePatienceSecs": 5, "dryRun": true,
              "produceAcks": 1, "produceTimeoutMs": 1234, "purgeTopics": true, "createTopics": true, "defaultReplicationFactor": 2
            }
            """), Objects.Backup()));

        Assert.Equal(["orders", "~^pay"], restore.Target.Topics.Include);
        Assert.Equal((1000L, 1795960980000L), (restore.Restore.TimeWindowStart, restore.Restore.TimeWindowEnd));
        Assert.Equal("orders-restored", restore.Restore.TopicMapping["orders"]);
        Assert.Equal((1, 0), (restore.Restore.PartitionMapping[0], restore.Restore.PartitionMapping[1]));
        Assert.Equal((24, RepartitioningStrategy.Automatic), (restore.Restore.Repartitioning["paid"].Partitions, restore.Restore.Repartitioning["paid"].Strategy));
        Assert.Equal((10L, 20L, 2), (restore.Restore.MaxRecordsPerSecond, restore.Restore.MaxBytesPerSecond, restore.Restore.MaxConcurrentPartitions));
        Assert.Equal((true, true, true), (restore.Restore.IsDryRun, restore.Restore.PurgesTopics, restore.Restore.CreatesTopics));
        Assert.Equal((ProduceAcks.Leader, 1234.0), (restore.Restore.Produce.Acks, restore.Restore.Produce.Timeout.TotalMilliseconds));
        Assert.Equal(5, restore.Storage.Patience?.TotalSeconds);
    }

    [Theory]
    [InlineData("manual", GroupStrategy.Manual)]
    [InlineData("dry-run", GroupStrategy.Manual)]
    [InlineData("timestamp", GroupStrategy.Timestamps)]
    [InlineData("cluster-scan", GroupStrategy.Scan)]
    public void Groups_are_set_as_OSO_calls_it(string strategy, GroupStrategy expected)
    {
        var restore = Objects.Read(RestoreDefinition.Of(
            Objects.Restore($$"""{ "offsetReset": { "enabled": true, "consumerGroups": ["billing"], "strategy": "{{strategy}}" } }"""), Objects.Backup())).Restore;

        Assert.Equal((true, expected), (restore.ConsumerGroups.Contains("billing"), restore.GroupStrategy));
    }

    [Fact]
    public void Without_an_offset_reset_no_group_is_set()
    {
        var restore = Objects.Read(RestoreDefinition.Of(Objects.Restore("""{ "offsetReset": { "enabled": false, "consumerGroups": ["billing"] } }"""), Objects.Backup())).Restore;

        Assert.Equal((0, false), (restore.ConsumerGroups.Count, restore.SetsAllGroups));
    }

    [Fact]
    public void All_groups_are_set_on_demand() =>
        Assert.True(Objects.Read(RestoreDefinition.Of(Objects.Restore("""{ "autoConsumerGroups": true }"""), Objects.Backup())).Restore.SetsAllGroups);

    [Fact]
    public void Secrets_of_another_namespace_are_not_for_its_author()
    {
        var refused = Assert.Throws<SpecException>(() => RestoreDefinition.Of(Objects.Restore("""{ "backupRef": { "name": "orders", "namespace": "bank" } }"""), Objects.Backup()));

        Assert.Contains("Secrets of its own namespace 'shop' only", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_KafkaBackup_that_is_not_there_is_named() =>
        Assert.Contains("there is no such KafkaBackup in shop", Assert.Throws<SpecException>(() => RestoreDefinition.Of(Objects.Restore(), null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Variables_of_the_nodes_are_not_for_authors_of_restores() => Assert.Throws<SpecException>(() => RestoreDefinition.Of(
        Objects.Restore("""{ "topicMapping": { "orders": "${AWS_SECRET_ACCESS_KEY}" } }"""), Objects.Backup()));
}
