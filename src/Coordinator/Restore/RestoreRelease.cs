using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Gives topics back what a restore holds of them: the end of a hold, whenever the operator wants it.</summary>
/// <param name="configuration">The restore.</param>
/// <param name="store">Where its document lies.</param>
/// <param name="catalog">Tells which topics the target has.</param>
/// <param name="topics">Changes them.</param>
/// <param name="clock">For the claim.</param>
/// <param name="log">Is told what is waited for.</param>
public sealed class RestoreRelease(RestoreConfiguration configuration, IObjectStore store, ITopicCatalog catalog, ITopicMaker topics, TimeProvider clock, RestoreLog log)
{
    /// <summary>Gives back what is held.</summary>
    /// <param name="isDry">Whether nothing is changed.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The topics of which something was held, in order of their names.</returns>
    /// <exception cref="BackupException">There is no such restore, it is not whole, or a process is at work on it.</exception>
    public async Task<IReadOnlyList<ReleasedTopic>> RunAsync(bool isDry, CancellationToken cancellation)
    {
        var id = RestoreId.Of(configuration, await catalog.GetClusterIdAsync(cancellation));
        var key = BackupKeys.Restore(configuration.BackupId, id);
        if (await RestoreClaim.PeekAsync(store, key, cancellation) is not { } seen)
        {
            throw Wrong($"No restore by this configuration is written down beside backup '{configuration.BackupId}' ({store.Name}/{key}). Give the file that it was started with.");
        }

        if (isDry)
        {
            return await ReleaseAsync(id, seen, null, cancellation);
        }

        var claim = await RestoreClaim.TakeAsync(store, key, clock, log, cancellation) ?? throw Wrong($"{store.Name} takes no document any more, and what is held of topics stands there.");
        try
        {
            return await ReleaseAsync(id, claim.Document, claim, cancellation);
        }
        finally
        {
            await claim.LetGoAsync(document => document, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<ReleasedTopic>> ReleaseAsync(string restore, RestoreDocument document, RestoreClaim? claim, CancellationToken cancellation)
    {
        if (document.Topics.Where(topic => topic.Value is { IsWhole: false, Held.Count: > 0 }).Select(topic => topic.Key).Order(StringComparer.Ordinal).FirstOrDefault() is { } unfinished)
        {
            throw Wrong($"Topic '{unfinished}' is not restored whole yet, and its settings would delete or refuse what comes. Start the restore again, and release it when it is through.");
        }

        var held = document.Topics.Where(topic => topic.Value.Held is { Count: > 0 }).OrderBy(topic => topic.Key, StringComparer.Ordinal).ToList();
        var wanted = held.Exists(topic => !topic.Value.Exists) ? await PlanAsync(cancellation) : new Dictionary<string, RestoreTopic>();
        var ids = await catalog.GetTopicIdsAsync([.. held.Select(topic => topic.Key)], cancellation);
        var there = ids.Count == 0 ? new Dictionary<string, ExistingTopic>() : await topics.DescribeAsync([.. ids.Keys], cancellation);
        var reported = (await ReadReportAsync(restore, cancellation)).ToDictionary(topic => topic.TargetTopic, StringComparer.Ordinal);
        var released = new List<ReleasedTopic>();
        foreach (var (name, known) in held)
        {
            if (!there.TryGetValue(name, out var found) || (known.Id is { } id && ids[name] is { } now && id != now))
            {
                released.Add(new ReleasedTopic(name, new Dictionary<string, string?>(), []) { IsGone = true });
                continue;
            }

            // What has the value that it gets back has it from an attempt that was not written down any more.
            var own = OwnOf(name, known, wanted.GetValueOrDefault(name));
            var back = RestoreHold.Back(own, found);
            if (claim is not null)
            {
                await topics.SetAsync(name, back, cancellation);
                await claim.WriteAsync(document => document.WithoutHold(name), CancellationToken.None);
            }

            released.Add(new ReleasedTopic(name, back, [.. own.Where(setting => !back.ContainsKey(setting.Key) && found.Settings.GetValueOrDefault(setting.Key) != setting.Value).Select(setting => setting.Key).Order(StringComparer.Ordinal)])
            {
                MayDelete = back.Count > 0 && !HarmlessHolds.Are(back, found.Defaults, OldestOf(reported.GetValueOrDefault(name)), clock.GetUtcNow()),
                TooOld = own.GetValueOrDefault("retention.ms") == known.Held!.GetValueOrDefault("retention.ms") ? reported.GetValueOrDefault(name)?.TargetEffects?.DeletedForAge ?? 0 : 0,
            });
        }

        return released;
    }

    /// <summary>The earliest timestamp of what was restored; null when nothing was, and the earliest that there can be when it is not known.</summary>
    private static long? OldestOf(RestoreReport.ReportedTopic? topic) => topic is null
        ? long.MinValue
        : topic.Partitions.Where(partition => partition.Records > 0).Select(partition => (long?)(partition.FirstTimestamp ?? long.MinValue)).Min();

    /// <summary>What the restore's report tells of its topics. Nobody is kept from a release as it is not there.</summary>
    private async Task<IReadOnlyList<RestoreReport.ReportedTopic>> ReadReportAsync(string restore, CancellationToken cancellation)
    {
        var report = BackupKeys.RestoreReport(configuration.BackupId, restore);
        try
        {
            return await store.GetAsync(report, cancellation) is { } stored ? RestoreReport.Read(stored.Content.Span, report).TopicsRestored : [];
        }
        catch (StorageException)
        {
            return [];
        }
    }

    /// <summary>What a topic has once nothing is held of it any more: of one that the restore made what the file says now, which may have been wrong when it was made.</summary>
    private IReadOnlyDictionary<string, string?> OwnOf(string name, RestoreDocument.DocumentedTopic known, RestoreTopic? wanted)
    {
        if (known.Exists || wanted is not null)
        {
            return known.Exists ? known.Held! : RestoreContinuation.Known(wanted!, known).Held!;
        }

        var given = configuration.Restore.TopicConfigsOf(name);
        return known.Held!.ToDictionary(setting => setting.Key, setting => given.TryGetValue(setting.Key, out var value) ? value : setting.Value, StringComparer.Ordinal);
    }

    /// <summary>The topics as they would be made now, by name. A backup that is gone by now keeps nobody from a release.</summary>
    private async Task<IReadOnlyDictionary<string, RestoreTopic>> PlanAsync(CancellationToken cancellation)
    {
        try
        {
            var manifest = await new BackupReader(store).ReadAsync(configuration.BackupId.Value, RestorePlan.NeededBy(configuration), cancellation);
            return RestorePlan.Of(manifest, configuration, await topics.CountBrokersAsync(cancellation)).Topics.ToDictionary(topic => topic.Made.Name, StringComparer.Ordinal);
        }
        catch (BackupException e) when (e.Kind == FailureKind.Configuration)
        {
            return new Dictionary<string, RestoreTopic>();
        }
    }

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
