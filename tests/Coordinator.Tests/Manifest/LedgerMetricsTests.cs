using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>What is measured of commits.</summary>
public sealed class LedgerMetricsTests : LedgerActorTestBase
{
    [Fact]
    public async Task Commits_gaps_and_their_time_are_measured_and_what_is_rejected_is_not()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Clock.Advance(TimeSpan.FromSeconds(9));
        var gap = new LedgerEntry { Partition = Ledgers.Orders(1), Range = new OffsetRange(0, 30), Gap = new Gap(Gap.OffsetOutOfRange, 1) };
        await CommittedAsync(manifest, CommitOf(gap));
        var at = Clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        Clock.Advance(TimeSpan.FromSeconds(9));
        await CommittedAsync(manifest, CommitOf(0)); // Answered once more, and nothing new.

        Assert.Equal(2, Probe["kafka_backup_commits_total{backup_id=nightly}"]);
        Assert.Equal(2, Probe["kafka_backup_commit_latency_seconds{backup_id=nightly}"]);
        Assert.Equal(1, Probe["kafka_backup_offset_gaps_total{backup_id=nightly}"]);
        Assert.Equal(30, Probe["kafka_backup_offsets_skipped_total{backup_id=nightly}"]);
        Assert.Equal(at, Probe["kafka_backup_last_successful_commit{backup_id=nightly}"]);
    }
}
