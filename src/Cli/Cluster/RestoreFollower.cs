using System.Text.Json;
using KafkaBackup.Cli.Output;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Cli.Cluster;

/// <summary>Follows a restore in a cluster to its end, through whichever node answers. When the node that conducts it is gone, it is begun again elsewhere, where it goes on.</summary>
internal sealed class RestoreFollower(ClusterClient client, string file, RestoreSubmission submission, RunDisplay display, OutputOptions output)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>How long no node at all may answer: a cluster that is restarted comes back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private BackupStatus? _status;
    private string? _restore;

    /// <summary>Shows how it goes, and what it says.</summary>
    public Task<RestoreVerdict> FollowAsync(CancellationToken cancellation) =>
        display.ShowAsync(WaitAsync(cancellation), status => (status.Records, status.Bytes), () => Task.FromResult(_status));

    /// <summary>The report of the restore that has ended.</summary>
    public Task<JsonElement> ReadReportAsync(CancellationToken cancellation) => client.GetReportAsync(_restore!, cancellation);

    /// <summary>Ends the restore in good order.</summary>
    public Task StopAsync() => _restore is null ? Task.CompletedTask : client.StopRestoreAsync(_restore, CancellationToken.None);

    private async Task<RestoreVerdict> WaitAsync(CancellationToken cancellation)
    {
        var status = await client.RestoreAsync(file, submission, cancellation);
        _restore = status.Restore;
        var (line, run, lastAnswer) = (0, status.Run, TimeProvider.System.GetTimestamp());
        while (true)
        {
            if (status.Run is not null && status.Run != run)
            {
                (line, run) = (0, status.Run); // Begun anew, with lines of its own.
                status = status with { Lines = [], LastLine = 0, Verdict = null };
            }
            else if (status.Run is not null)
            {
                line = Show(status);
                if (status.Verdict is { } verdict)
                {
                    return verdict;
                }
            }

            await Task.Delay(Interval, TimeProvider.System, cancellation);
            try
            {
                if (status.Run is null)
                {
                    (line, run) = (0, submission.Run); // Another node begins to conduct it, with lines of its own.
                    status = await client.RestoreAsync(file, submission, cancellation);
                }
                else
                {
                    status = await client.GetRestoreAsync(status.Restore, line, cancellation);
                }

                lastAnswer = TimeProvider.System.GetTimestamp();
            }
            catch (BackupException) when (TimeProvider.System.GetElapsedTime(lastAnswer) < Patience)
            {
                status = status with { Lines = [], Verdict = null }; // No node answers, or this one cannot read the file, which another could.
            }
        }
    }

    private int Show(RestoreRunStatus status)
    {
        _status = new BackupStatus(default, status.Phase, status.PartitionsPlanned, status.PartitionsDone, status.RecordsPlanned) { Records = status.Records, Bytes = status.Bytes };
        foreach (var line in status.Lines)
        {
            var level = Enum.TryParse<LogLevel>(line.Level, out var known) ? known : LogLevel.Warning;
            if (output.MinimumLevel <= level)
            {
                display.WriteLine(output.Format == LogFormat.Json ? LogLine.Json(level, TimeProvider.System.GetUtcNow(), line.Text, null, null) : LogLine.Text(level, line.Text, null));
            }
        }

        return status.LastLine;
    }
}
