using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Operations;
using Xunit;

namespace KafkaBackup.Shared.Tests.Operations;

public sealed class OperationReaderTests
{
    private const string Target = "target:\n  bootstrap_servers:\n    - kafka:9092\n";
    private const string Storage = "backup_id: nightly\nstorage:\n  backend: filesystem\n  path: /backups\n";

    [Theory]
    [InlineData("to-earliest", "", ResetStrategy.ToEarliest, 0)]
    [InlineData("to-latest", "", ResetStrategy.ToLatest, 0)]
    [InlineData("to-timestamp", "  timestamp: 7\n", ResetStrategy.ToTimestamp, 7)]
    [InlineData("to-offset", "  offset: 8\n", ResetStrategy.ToOffset, 8)]
    public void A_reset_says_where_groups_are_set(string name, string at, ResetStrategy strategy, long expected)
    {
        var reset = Assert.IsType<OffsetResetConfiguration>(Read(
            $"mode: offset-reset\n{Target}reset:\n  strategy: {name}\n{at}  consumer_groups: [billing, billing]\n  topics: [orders]\n  snapshot_id: reset-1\n  max_concurrent: 3\n  continue_on_error: true\n  dry_run: true\n"));

        Assert.Equal((strategy, expected, "reset-1", 3, true, true), (reset.Strategy, reset.At, reset.SnapshotId, reset.MaxConcurrent, reset.ContinuesOnError, reset.IsDryRun));
        Assert.Equal(["billing", "orders", "kafka:9092"], [.. reset.Groups, .. reset.Topics, .. reset.Target!.BootstrapServers]);
    }

    [Fact]
    public void A_reset_by_a_restore_names_the_backup()
    {
        var reset = Assert.IsType<OffsetResetConfiguration>(Read(
            $"mode: offset-reset\n{Target}{Storage}reset:\n  strategy: from-mapping\n  restore_id: 0f\n  consumer_groups: [billing]\n"));

        Assert.Equal((ResetStrategy.FromMapping, "0f", "nightly"), (reset.Strategy, reset.RestoreId, reset.BackupId!.Value.Value));
        Assert.IsType<FileSystemStorageSection>(reset.Storage);
    }

    [Fact]
    public void A_rollback_names_its_snapshot()
    {
        var rollback = Assert.IsType<OffsetRollbackConfiguration>(Read(
            $"mode: offset-rollback\n{Target}rollback:\n  snapshot_id: reset-1\n  consumer_groups: [billing]\n  verify: false\n  dry_run: true\n"));

        Assert.Equal(("reset-1", false, true), (rollback.SnapshotId, rollback.Verifies, rollback.IsDryRun));
        Assert.Equal(["billing"], rollback.Groups);
        Assert.Null(rollback.Storage);
    }

    [Fact]
    public void A_validation_has_the_checks_that_are_named()
    {
        var validation = Assert.IsType<ValidationConfiguration>(Read($$"""
            mode: validation
            {{Storage}}{{Target}}checks:
              message_count:
                fail_threshold: 5
                topics: [orders]
              offset_range:
                enabled: false
              consumer_group_offsets:
                groups: [billing]
              custom_webhooks:
                -
                  name: sums
                  url: https://checks.example.org/orders
                  timeout_seconds: 9
                  expected_status_code: 204
            pitr_timestamp: 7
            triggered_by: nightly drill
            evidence:
              formats: [json]
            """));

        Assert.Equal((true, 5L, false, true), (validation.CountsMessages, validation.MayLack, validation.ChecksRanges, validation.ChecksGroups));
        Assert.Equal(["orders", "billing"], [.. validation.CountedTopics, .. validation.Groups]);
        Assert.Equal(new ValidationConfiguration.Webhook("sums", new Uri("https://checks.example.org/orders"), TimeSpan.FromSeconds(9), 204), Assert.Single(validation.Webhooks));
        Assert.Equal((7L, "nightly drill", true), (validation.PitrTimestamp, validation.TriggeredBy, validation.StoresReport));
    }

    [Fact]
    public void A_validation_by_webhooks_alone_needs_no_cluster() =>
        Assert.Null(Read($"mode: validation\n{Storage}checks:\n  custom_webhooks:\n    -\n      name: sums\n      url: http://checks/\n").Target);

    [Fact]
    public void A_deletion_names_the_backup() => Assert.Equal("nightly", Assert.IsType<DeletionConfiguration>(Read($"mode: deletion\n{Storage}")).BackupId!.Value.Value);

    [Theory]
    [InlineData("mode: backup\n", "mode: must be offset-reset or offset-rollback or validation or deletion, not 'backup'")]
    [InlineData($"mode: offset-reset\n{Target}reset:\n  strategy: to-timestamp\n  consumer_groups: [a]\n", "reset.timestamp: is required")]
    [InlineData($"mode: offset-reset\n{Target}reset:\n  strategy: to-latest\n  offset: 5\n  consumer_groups: [a]\n", "reset.offset: is no known key")]
    [InlineData($"mode: offset-reset\n{Target}reset:\n  strategy: to-latest\n  consumer_groups: []\n", "reset.consumer_groups: must name a group")]
    [InlineData($"mode: offset-reset\n{Target}reset:\n  strategy: from-mapping\n  consumer_groups: [a]\n", "backup_id: is required")]
    [InlineData($"mode: offset-rollback\n{Target}rollback:\n  snapshot_id: ../a\n", "rollback.snapshot_id: must be a name of letters")]
    [InlineData($"mode: validation\n{Storage}checks:\n  message_count: {{}}\n", "target: is required")]
    [InlineData($"mode: validation\n{Storage}checks:\n  custom_webhooks:\n    -\n      name: a\n      url: file:///etc/passwd\n", "url: must be an address such as")]
    [InlineData($"mode: validation\n{Storage}checks: {{}}\nevidence:\n  formats: [json, pdf]\n", "evidence.formats[1]: must be json")]
    [InlineData($"mode: deletion\n{Storage}reset: {{}}\n", "reset: is no known key")]
    public void What_is_wrong_is_told_with_its_place(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => Read(yaml)).Message, StringComparison.Ordinal);

    private static OperationConfiguration Read(string yaml) => ConfigurationLoader.ParseOperation(yaml, "operation.yaml", _ => null);
}
