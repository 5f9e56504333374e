using KafkaBackup.Cli.Output;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.Cli.Tests.Output;

public sealed class StatusTextTests
{
    private static readonly StatusReport WithOneLost = new()
    {
        BackupId = "b1",
        Head = null,
        Stored = new Dictionary<PartitionId, StoredPartition>(),
        Source = new Dictionary<PartitionId, PartitionBounds>
        {
            [new("live", 0)] = new(0, 7),
            [new("lost", 0)] = new(-1, -1) { Problem = new BackupException(FailureKind.Source, "Cannot read the offsets of lost:0. It has no leader.") },
        },
    };

    [Fact]
    public void A_partition_that_cannot_be_asked_is_not_said_to_be_up_to_date()
    {
        var text = StatusText.Render(WithOneLost);

        Assert.Contains("behind    7 offsets, without 1 partition that could not be asked", text, StringComparison.Ordinal);
        Assert.Matches(@"live:0 .* 7\n", text);
        Assert.Matches(@"lost:0 .* not known\n", text);
        Assert.Contains("not asked  lost:0: Cannot read the offsets of lost:0. It has no leader.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_did_not_end_in_good_order_is_told_as_all_that_it_may_be()
    {
        var (store, backup) = (new MemoryObjectStore(), new BackupId("b1"));
        var writer = new LedgerWriter(store, backup, "host/1", TimeProvider.System);
        await writer.LoadAsync(CancellationToken.None);
        await writer.ClaimAsync(CancellationToken.None);
        var ledger = await LedgerReader.ReadAsync(store, backup, CancellationToken.None);

        var text = StatusText.Render(WithOneLost with { Head = ledger!.Head });

        Assert.Contains("under way, or ended early or with partitions that failed: host/1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nor_in_the_line_of_a_watch() => Assert.EndsWith(
        "b1: 0 records, 7 behind without 1 partition that could not be asked", StatusText.Line(WithOneLost, null, DateTimeOffset.UnixEpoch), StringComparison.Ordinal);
}
