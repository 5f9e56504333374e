using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Finds out what a restore has to do: reads the backup, asks the target, and takes the claim to it.</summary>
/// <param name="services">What the restore needs.</param>
internal sealed class RestorePreparation(RestoreServices services)
{
    /// <summary>Prepares it. Nothing is made or written at the target.</summary>
    /// <exception cref="BackupException">It cannot be done, or another process is at work on it.</exception>
    public async Task<Planned> PrepareAsync(CancellationToken cancellation)
    {
        var configuration = services.Configuration;
        var manifest = await new BackupReader(services.Store).ReadAsync(configuration.BackupId.Value, RestorePlan.NeededBy(configuration), cancellation);
        var brokers = await services.Topics.CountBrokersAsync(cancellation);
        var groups = await RestoreGroups.ReadAsync(services.Store, configuration, cancellation);
        var plan = await RestoreGroups.AskAsync(RestorePlan.Of(manifest, configuration, brokers, groups), services.Groups, cancellation);
        var cluster = await services.Catalog.GetClusterIdAsync(cancellation);
        var id = RestoreId.Of(configuration, cluster);
        var key = BackupKeys.Restore(configuration.BackupId, id);
        plan = plan with { Restore = id, Cluster = cluster };
        if (configuration.Restore.IsDryRun)
        {
            var fitted = (await FitAsync(plan, await RestoreClaim.PeekAsync(services.Store, key, cancellation), cancellation)).Plan;
            fitted = await new GivenSettings(services).CheckAsync(fitted, cancellation);
            return new Planned(Ready(await WithRightsAsync(fitted, cancellation)), null);
        }

        if (await RestoreClaim.TakeAsync(services.Store, key, services.Clock, services.Log, cancellation, services.HasNodes) is not { } claim)
        {
            return configuration.Restore.AppendsToTopics
                ? throw new BackupException(FailureKind.Configuration, "restore.existing_topic_policy is append, and where a restore begins in a topic could not be noted beside the backup: started again it would add all records once more. "
                    + "It needs the right to write below '_cluster/restores/' of the backup. Nothing was restored.")
                : new Planned(Ready(await new GivenSettings(services).CheckAsync((await FitAsync(plan, null, cancellation)).Plan, cancellation)) with { CanGoOn = false }, null);
        }

        try
        {
            var (left, document) = await FitAsync(plan, claim.Document, cancellation);
            left = await new GivenSettings(services).CheckAsync(left, cancellation);
            await claim.WriteAsync(_ => document, cancellation);
            return new Planned(Ready(left), claim);
        }
        catch (Exception)
        {
            await LetGoAsync(claim);
            throw;
        }
    }

    private RestorePlan Ready(RestorePlan plan) => plan.WithLimits(services.Clock.GetUtcNow()) with { NothingChosen = ChosenNothing.Sentence(services.Configuration.Restore, plan.Orders) };

    /// <summary>Who may not make all topics may be allowed to make these: that cannot be asked before.</summary>
    private async Task<RestorePlan> WithRightsAsync(RestorePlan plan, CancellationToken cancellation) =>
        plan.Topics.Any(topic => topic is { Exists: false, IsMade: false } && !plan.AlreadyMade.Contains(topic.Made.Name)) && await services.Topics.MayCreateAsync(cancellation) == false
            ? plan with { Notes = [.. plan.Notes, "The user has no right to create topics of any name at the target. Whether it may create these cannot be asked: give it Create on the cluster, or on the topics by their names."] }
            : plan;

    /// <summary>Lets others have the claim, as nothing comes of it here. What went wrong before is what counts.</summary>
    private async Task LetGoAsync(RestoreClaim claim)
    {
        try
        {
            await claim.LetGoAsync(document => document, CancellationToken.None);
        }
        catch (BackupException e)
        {
            services.Log.NotNoted(e.Message);
        }
    }

    private async Task<(RestorePlan Plan, RestoreDocument Document)> FitAsync(RestorePlan plan, RestoreDocument? document, CancellationToken cancellation)
    {
        var ids = await services.Catalog.GetTopicIdsAsync([.. plan.Topics.Select(topic => topic.Made.Name)], cancellation);
        var ours = RestoreContinuation.FindOurs(plan, document, ids);
        plan = RefuseAbsent(plan, ids);
        if (!services.Configuration.Restore.IsDryRun && plan.Refusals is [var absent, ..])
        {
            throw new BackupException(absent.Kind, absent.Message);
        }

        await RefuseBegunByOthersAsync(plan, ours, ids, cancellation);
        document ??= new RestoreDocument { StartedAt = services.Clock.GetUtcNow() };
        if (ids.Count == 0)
        {
            return RestoreContinuation.Of(plan, document, ours, NoBounds);
        }

        var there = await services.Topics.DescribeAsync([.. ids.Keys], cancellation);
        if (ids.Keys.FirstOrDefault(name => !there.ContainsKey(name)) is { } unseen)
        {
            throw new BackupException(FailureKind.Source, $"Topic '{unseen}' is at the target, and its brokers do not describe it: it is being deleted or made. Nothing was restored; try again in a minute.") { IsRetryable = true };
        }

        var partitions = plan.Orders.Select(order => order.Target).Where(target => ids.ContainsKey(target.Topic)).ToList();
        var bounds = (await services.Catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation)).ToDictionary();
        foreach (var (partition, settled) in await new TargetSettling(services.Catalog, services.Topics, services.Clock).WaitAsync(
                [.. partitions.Where(target => ours.Contains(target.Topic) && !document.Topics[target.Topic].IsWhole)], there, cancellation))
        {
            bounds[partition] = settled;
        }

        var (left, next) = RestoreContinuation.Of(Take(plan, document, ours, there, bounds), document, ours, bounds);
        if (ours.Count > 0)
        {
            services.Log.GoesOn(document.StartedAt, left.Orders.Sum(order => order.There));
        }

        return (left, next);
    }

    /// <summary>What another restore has added so far, as one with another list of keys, would stand there twice.</summary>
    private async Task RefuseBegunByOthersAsync(RestorePlan plan, ImmutableHashSet<string> ours, IReadOnlyDictionary<string, string?> ids, CancellationToken cancellation)
    {
        if (!services.Configuration.Restore.AppendsToTopics)
        {
            return;
        }

        var backup = services.Configuration.BackupId;
        await foreach (var found in services.Store.ListAsync(BackupKeys.RestoresPrefix(backup), cancellation))
        {
            if (found.Key == BackupKeys.Restore(backup, plan.Restore!) || found.Key.EndsWith(BackupKeys.RestoreReportSuffix, StringComparison.Ordinal)
                || await RestoreClaim.PeekAsync(services.Store, found.Key, cancellation) is not { } other)
            {
                continue;
            }

            if (other.Topics.Where(topic => topic.Value is { IsBegun: true, IsWhole: false } begun && !ours.Contains(topic.Key) && ids.TryGetValue(topic.Key, out var id) && (id is null || begun.Id is null || id == begun.Id))
                .Select(topic => topic.Key).Order(StringComparer.Ordinal).FirstOrDefault() is { } unfinished)
            {
                throw new BackupException(FailureKind.Configuration,
                    $"Another restore of this backup, of {other.StartedAt:u}, has begun in topic '{unfinished}' and is not whole ({found.Key}): what it has added would be added again. Start that one again until it is whole, with the file "
                    + "and keys that it was started with, with restore.retention_policy: hold where the topic refuses records, or restore under another name. Nothing was restored.");
            }
        }
    }

    private RestorePlan RefuseAbsent(RestorePlan plan, IReadOnlyDictionary<string, string?> ids)
    {
        var absent = services.Configuration.Restore.CreatesTopics ? [] : plan.Topics.Select(topic => topic.Made.Name).Where(name => !ids.ContainsKey(name)).ToList();
        return plan with
        {
            Refusals = [.. absent.Select(name => new Fault(
                FailureKind.Configuration, $"The target has no topic '{name}', and nothing was restored. Create it, or let the restore create it by restore.create_topics.", IsRetryable: false))],
            Topics = [.. plan.Topics.Select(topic => topic with { IsRefused = absent.Contains(topic.Made.Name) })],
        };
    }

    /// <summary>The plan with the topics that are there as they are.</summary>
    /// <exception cref="BackupException">One of them cannot be restored into.</exception>
    private RestorePlan Take(
        RestorePlan plan, RestoreDocument document, ImmutableHashSet<string> ours, IReadOnlyDictionary<string, ExistingTopic> there, IReadOnlyDictionary<PartitionId, PartitionBounds> bounds)
    {
        var (notes, orders, refusals) = (plan.Notes.ToList(), plan.Orders.ToLookup(order => order.Target.Topic), new List<Fault>());
        return plan with
        {
            Topics = [.. plan.Topics.Select(topic => there.TryGetValue(topic.Made.Name, out var found) ? TakenOrRefused(topic, found) : topic)],
            Orders = [.. plan.Orders.Select(order => there.TryGetValue(order.Target.Topic, out var found) ? WithRules(order, found, bounds[order.Target], isOurs: ours.Contains(order.Target.Topic)) : order)],
            Notes = notes,
            Refusals = [.. plan.Refusals, .. refusals],
        };

        // Whoever asks what would be done wants to know of all topics.
        RestoreTopic TakenOrRefused(RestoreTopic topic, ExistingTopic found)
        {
            try
            {
                return WithRights(Taken(topic, found), found, ours.Contains(topic.Made.Name) ? document.Topics[topic.Made.Name] : null, orders[topic.Made.Name].Select(order => bounds[order.Target]), notes);
            }
            catch (BackupException e) when (services.Configuration.Restore.IsDryRun)
            {
                refusals.Add(Fault.Of(e));
                return topic with { Exists = true, IsRefused = true, Rights = found.Rights, Held = new Dictionary<string, string?>(), Made = topic.Made with { Partitions = found.Partitions, ReplicationFactor = null, Configurations = found.Settings } };
            }
        }

        RestoreTopic Taken(RestoreTopic topic, ExistingTopic found)
        {
            var (name, known) = (topic.Made.Name, document.Topics.GetValueOrDefault(topic.Made.Name));
            var (restore, now) = (services.Configuration.Restore, services.Clock.GetUtcNow());
            var isMade = ours.Contains(name) ? !known!.Exists
                : known is { Exists: false, IsBegun: false } && ExistingTopicRules.IsAsMade(topic, found) && orders[name].All(order => bounds[order.Target] == default);
            if (known?.IsWhole != true && ExistingTopicRules.FindOther(restore.TopicConfigsOf(name), found, isMade ? topic.Held.Keys : []) is { Count: > 0 } others)
            {
                notes.Add($"Topic '{name}' is at the target and keeps its settings: restore.topic_configs is for topics that are made, and changes no {string.Join(" and no ", others)} of it.");
            }

            if (ours.Contains(name) && (known!.IsWhole || !known.Exists))
            {
                return topic with { Made = topic.Made with { Configurations = found.Settings } };
            }

            if (isMade)
            {
                // An attempt that did not come to write it down has made it.
                return topic with
                {
                    IsMade = true,
                    Made = topic.Made with { Configurations = found.Settings },
                    Held = topic.Held.Where(setting => found.Settings.ContainsKey(setting.Key)).ToDictionary(StringComparer.Ordinal),
                };
            }

            var taken = ours.Contains(name)
                ? ExistingTopicRules.Hold(topic with { Made = topic.Made with { Configurations = found.Settings } }, [.. orders[name]], found, restore, now, notes) with { Exists = true }
                : ExistingTopicRules.Take(topic, [.. orders[name]], found, bounds, restore, now, notes);

            // What an earlier attempt holds is no harm any more, and still has to be put back.
            var before = known is { Exists: true, Held: { } held }
                ? held.Where(setting => found.Settings.GetValueOrDefault(setting.Key) == RestorePlan.HoldOf(setting.Key)) : [];
            return taken with { Held = before.UnionBy(taken.Held, setting => setting.Key).ToDictionary(StringComparer.Ordinal) };
        }
    }

    /// <summary>The topic with what the user may do with it, which has to be enough for what is left to be done.</summary>
    private RestoreTopic WithRights(RestoreTopic topic, ExistingTopic found, RestoreDocument.DocumentedTopic? begun, IEnumerable<PartitionBounds> bounds, List<string> notes)
    {
        var deleted = services.Configuration.Restore.PurgesTopics && begun is null ? bounds.Where(held => held.Problem is null).Sum(held => held.HighWatermark - held.LogStartOffset) : 0;
        var allowed = ExistingTopicRules.WithRights(topic, found, begun is { IsWhole: true } ? [] : ExistingTopicRules.RightsFor(topic, services.Configuration.Restore, isEmptied: deleted > 0));
        if (deleted > 0 && services.Configuration.Restore.IsDryRun)
        {
            notes.Add($"{deleted:N0} records of topic '{topic.Made.Name}' would be deleted, as restore.purge_topics wants it."); // The restore itself tells it when it does.
        }

        return allowed with { Deleted = deleted };
    }

    /// <exception cref="BackupException">The partition cannot be asked.</exception>
    private RestorePartition WithRules(RestorePartition order, ExistingTopic found, PartitionBounds bounds, bool isOurs)
    {
        if (bounds.Problem is { } problem && !isOurs && order.Target.Number < found.Partitions)
        {
            throw problem;
        }

        var (restore, now) = (services.Configuration.Restore, services.Clock.GetUtcNow());
        return order with
        {
            Base = bounds.Problem is null ? bounds.HighWatermark : 0, // One that is not there: its topic is refused.
            MayLose = ExistingTopicRules.MayLose([order], found, restore, now),
            Rules = restore.RetentionPolicy == RetentionPolicy.Skip ? RecordRules.Of(found.Settings, now, leavesOut: true) : RecordRules.None,
        };
    }

    private static readonly IReadOnlyDictionary<PartitionId, PartitionBounds> NoBounds = new Dictionary<PartitionId, PartitionBounds>();
}
