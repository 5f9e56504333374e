using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Finds out what a restore has to do: reads the backup, asks the target, and takes the claim to it.</summary>
/// <param name="services">What the restore needs.</param>
internal sealed class RestorePreparation(RestoreServices services)
{
    private const int Looks = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Prepares it. Nothing is made or written at the target.</summary>
    /// <exception cref="BackupException">It cannot be done, or another process is at work on it.</exception>
    public async Task<Planned> PrepareAsync(CancellationToken cancellation)
    {
        var configuration = services.Configuration;
        var manifest = await new BackupReader(services.Store).ReadAsync(configuration.BackupId.Value, cancellation);
        var brokers = await services.Topics.CountBrokersAsync(cancellation);
        var groups = await RestoreGroups.ReadAsync(services.Store, configuration, cancellation);
        var plan = await RestoreGroups.AskAsync(RestorePlan.Of(manifest, configuration, brokers, groups), services.Groups, cancellation);
        var key = BackupKeys.Restore(configuration.BackupId, RestoreId.Of(configuration, await services.Catalog.GetClusterIdAsync(cancellation)));
        if (configuration.Restore.IsDryRun)
        {
            return new Planned((await FitAsync(plan, await RestoreClaim.PeekAsync(services.Store, key, cancellation), cancellation)).Plan, null);
        }

        if (await RestoreClaim.TakeAsync(services.Store, key, services.Clock, services.Log, cancellation) is not { } claim)
        {
            return new Planned((await FitAsync(plan, null, cancellation)).Plan with { CanGoOn = false }, null);
        }

        try
        {
            var (left, document) = await FitAsync(plan, claim.Document, cancellation);
            await claim.WriteAsync(_ => document with { Owner = claim.Document.Owner, Beat = claim.Document.Beat }, cancellation);
            return new Planned(left, claim);
        }
        catch (Exception)
        {
            await claim.LetGoAsync(document => document, CancellationToken.None);
            throw;
        }
    }

    private async Task<(RestorePlan Plan, RestoreDocument Document)> FitAsync(RestorePlan plan, RestoreDocument? document, CancellationToken cancellation)
    {
        var ids = await services.Catalog.GetTopicIdsAsync([.. plan.Topics.Select(topic => topic.Made.Name)], cancellation);
        var ours = RestoreContinuation.FindOurs(plan, document, ids);
        plan = await TakeAsync(plan, [.. ids.Keys.Except(ours, StringComparer.Ordinal)], ours, cancellation);
        document ??= new RestoreDocument { StartedAt = services.Clock.GetUtcNow() };
        var there = plan.Orders.Select(order => order.Target).Where(target => ours.Contains(target.Topic)).ToList();
        var fitted = RestoreContinuation.Of(plan, document, ours, there.Count == 0 ? NoBounds : await SettledAsync(there, cancellation));
        if (there.Count > 0)
        {
            services.Log.GoesOn(document.StartedAt, fitted.Plan.Orders.Sum(order => order.There));
        }

        return fitted;
    }

    /// <summary>What partitions hold once nothing more comes in: a broker may still append what a process sent before it was killed.</summary>
    private async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> SettledAsync(IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation)
    {
        var before = await services.Catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation);
        for (var looks = 0; looks < Looks; looks++)
        {
            await Task.Delay(Pause, services.Clock, cancellation);
            var now = await services.Catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation);
            if (partitions.All(partition => now[partition] == before[partition]))
            {
                break;
            }

            before = now;
        }

        return before;
    }

    /// <summary>The plan with the topics that others made as they are.</summary>
    /// <exception cref="BackupException">One of them cannot be restored into, or one is not there and is not to be made.</exception>
    private async Task<RestorePlan> TakeAsync(RestorePlan plan, HashSet<string> others, ImmutableHashSet<string> ours, CancellationToken cancellation)
    {
        var restore = services.Configuration.Restore;
        if (!restore.CreatesTopics && plan.Topics.Select(topic => topic.Made.Name).FirstOrDefault(name => !others.Contains(name) && !ours.Contains(name)) is { } absent)
        {
            throw new BackupException(FailureKind.Configuration, $"The target has no topic '{absent}', and nothing was restored. Create it, or let the restore create it by restore.create_topics.");
        }

        if (others.Count == 0)
        {
            return plan;
        }

        var (existing, orders) = (await services.Topics.DescribeAsync(others, cancellation), plan.Orders.ToLookup(order => order.Target.Topic));
        var bounds = await services.Catalog.GetBoundsAsync([.. others.SelectMany(name => orders[name]).Select(order => order.Target)], LogEnd.HighWatermark, cancellation);
        var notes = plan.Notes.ToList();
        var topics = plan.Topics.Select(topic => others.Contains(topic.Made.Name)
            ? ExistingTopicRules.Take(topic, [.. orders[topic.Made.Name]], existing[topic.Made.Name], bounds, restore, services.Clock.GetUtcNow(), notes)
            : topic).ToList();
        return plan with
        {
            Topics = topics,
            Notes = notes,
            Orders = [.. plan.Orders.Select(order => bounds.TryGetValue(order.Target, out var held) ? order with { Base = held.HighWatermark } : order)],
        };
    }

    private static readonly IReadOnlyDictionary<PartitionId, PartitionBounds> NoBounds = new Dictionary<PartitionId, PartitionBounds>();
}
