using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Gives topics back, at the end of a restore, what is held of them to no purpose any more. A restore is none the worse where that does not succeed: the hold stays, and is told.</summary>
/// <param name="services">What the restore needs.</param>
/// <param name="claim">Where it is written down; null where nothing can be.</param>
internal sealed class HoldRelease(RestoreServices services, RestoreClaim? claim)
{
    private const int MaxTries = 5;

    /// <summary>Before the second try; before each later one so much more.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Gives back what can be.</summary>
    /// <param name="topics">Topics that are restored whole, with the earliest timestamp of what came into each; null where nothing did.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The names of those of which nothing is held any more.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<(RestoreTopic Topic, long? Oldest)> topics, CancellationToken cancellation)
    {
        var released = new List<string>();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ReleaseAsync([.. topics.Where(topic => !released.Contains(topic.Topic.Made.Name))], released, cancellation);
                return released;
            }
            catch (BackupException e) when (e.IsRetryable && attempt < MaxTries)
            {
                await Task.Delay(Pause * attempt, services.Clock, CancellationToken.None); // A connection that breaks should not cost somebody a command.
            }
            catch (Exception e) when (e is BackupException or OperationCanceledException)
            {
                services.Log.NotGivenBack(Fault.Of(e).Message);
                return released;
            }
        }
    }

    private async Task ReleaseAsync(IReadOnlyList<(RestoreTopic Topic, long? Oldest)> topics, List<string> released, CancellationToken cancellation)
    {
        var there = await services.Topics.DescribeAsync([.. topics.Select(topic => topic.Topic.Made.Name)], cancellation);
        foreach (var (topic, oldest) in topics)
        {
            var name = topic.Made.Name;
            if (!there.TryGetValue(name, out var found))
            {
                continue;
            }

            var back = RestoreHold.Back(topic.Held, found);
            if (back.Count > 0 && HarmlessHolds.Are(back, found.Defaults, oldest, services.Clock.GetUtcNow()))
            {
                await services.Topics.SetAsync(name, back, cancellation);
                released.Add(name);
                services.Log.GivenBack(name, back);
                await (claim?.WriteAsync(document => document.WithoutHold(name), CancellationToken.None) ?? Task.CompletedTask);
            }
        }
    }
}
