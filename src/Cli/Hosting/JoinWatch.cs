using Akka.Actor;
using Microsoft.Extensions.Hosting;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Tells that a node has not joined its cluster, for as long as that is so.</summary>
internal sealed class JoinWatch(ActorSystem system, NodeSettings settings, NodeLog log, TimeProvider clock) : BackgroundService
{
    /// <summary>After how long it is told, and told again.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Akka.Cluster.Cluster.Get(system).RegisterOnMemberUp(up.SetResult);
        var began = clock.GetTimestamp();
        while (await Task.WhenAny(up.Task, Task.Delay(Interval, clock, stoppingToken)) != up.Task)
        {
            stoppingToken.ThrowIfCancellationRequested();
            log.NotJoined((long)clock.GetElapsedTime(began).TotalSeconds, settings.JoinsThrough);
        }

        log.Joined();
    }
}
