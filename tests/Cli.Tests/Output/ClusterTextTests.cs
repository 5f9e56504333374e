using KafkaBackup.Cli.Output;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Cli.Tests.Output;

public sealed class ClusterTextTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)] // Its partitions are in work again and again: 30 of 30 would say nothing.
    public void How_far_a_run_is_counts_partitions_where_it_has_an_end(bool isContinuous, bool isCounted)
    {
        var backup = new BackupId("nightly");
        var declared = new DeclaredBackup(backup, "", isContinuous) { Current = new DeclaredRun("run-1", DateTimeOffset.UnixEpoch) };

        var text = ClusterText.Runs(new BackupDetails(declared.State, declared, new BackupStatus(backup, "Running", 9, 3)));

        var row = text.Split('\n')[1];
        Assert.Contains("Running ", row, StringComparison.Ordinal);
        Assert.Equal(isCounted, row.Contains("3/9", StringComparison.Ordinal));
    }
}
