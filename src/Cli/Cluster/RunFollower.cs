using KafkaBackup.Cli.Commands;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Cli.Cluster;

/// <summary>Follows a run of a cluster to its end, through whichever node answers.</summary>
internal sealed class RunFollower(ClusterClient client, RunDisplay display, OutputOptions output)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>How long no node at all may answer: a cluster that is restarted comes back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private BackupStatus? _status;

    /// <summary>Shows how <paramref name="run"/> goes, and returns the exit code that a local run would have.</summary>
    public async Task<int> FollowAsync(string backup, string run, CancellationToken cancellation)
    {
        Say($"Following run {run} of backup '{backup}'");
        var ended = await display.ShowAsync(WaitAsync(backup, run, cancellation), status => (status.Records, status.Bytes), () => Task.FromResult(_status));
        var finished = ended.ToFinished(new BackupId(backup));
        Say($"{ended.Outcome}: {PlainText.Count(ended.Records)} records across {PlainText.Count(ended.Topics, "topic")}");
        foreach (var failure in finished.FailedPartitions > 0 ? finished.Failures : [])
        {
            Say(failure.Message, LogLevel.Warning); // Only the nodes' logs have it besides.
        }

        if (finished.Gaps > 0)
        {
            Say($"Gaps were recorded ({finished.Gaps}): offsets that the source had deleted before they were backed up. 'kafka-backup pbm HOST:PORT backup gaps {backup}' names them", LogLevel.Warning);
        }

        return BackupCommand.Report(finished, output);
    }

    private void Say(string sentence, LogLevel level = LogLevel.Information)
    {
        if (output.MinimumLevel <= level)
        {
            display.WriteLine(output.Format == LogFormat.Json
                ? LogLine.Json(level, TimeProvider.System.GetUtcNow(), sentence, null, null)
                : LogLine.Text(level, sentence, null));
        }
    }

    private async Task<DeclaredRun> WaitAsync(string backup, string run, CancellationToken cancellation)
    {
        var lastAnswer = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var details = await client.GetRunAsync(backup, run, cancellation);
                lastAnswer = TimeProvider.System.GetTimestamp();
                if (details.Run.EndedAt is not null)
                {
                    return details.Run;
                }

                _status = details.Status ?? _status;
            }
            catch (ClusterAwayException) when (TimeProvider.System.GetElapsedTime(lastAnswer) < Patience)
            {
                // It may be between two nodes.
            }

            await Task.Delay(Interval, TimeProvider.System, cancellation);
        }
    }
}
