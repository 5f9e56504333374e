using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
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
        var key = BackupKeys.Restore(configuration.BackupId, RestoreId.Of(configuration, await catalog.GetClusterIdAsync(cancellation)));
        if (await RestoreClaim.PeekAsync(store, key, cancellation) is not { } seen)
        {
            throw Wrong($"No restore by this configuration is written down beside backup '{configuration.BackupId}' ({store.Name}/{key}). Give the file that it was started with.");
        }

        if (isDry)
        {
            return await ReleaseAsync(seen, null, cancellation);
        }

        var claim = await RestoreClaim.TakeAsync(store, key, clock, log, cancellation) ?? throw Wrong($"{store.Name} takes no document any more, and what is held of topics stands there.");
        try
        {
            return await ReleaseAsync(claim.Document, claim, cancellation);
        }
        finally
        {
            await claim.LetGoAsync(document => document, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<ReleasedTopic>> ReleaseAsync(RestoreDocument document, RestoreClaim? claim, CancellationToken cancellation)
    {
        if (document.Topics.Where(topic => topic.Value is { IsWhole: false, Held.Count: > 0 }).Select(topic => topic.Key).Order(StringComparer.Ordinal).FirstOrDefault() is { } unfinished)
        {
            throw Wrong($"Topic '{unfinished}' is not restored whole yet, and its settings would delete or refuse what comes. Start the restore again, and release it when it is through.");
        }

        var held = document.Topics.Where(topic => topic.Value.Held is { Count: > 0 }).OrderBy(topic => topic.Key, StringComparer.Ordinal).ToList();
        var ids = await catalog.GetTopicIdsAsync([.. held.Select(topic => topic.Key)], cancellation);
        var there = ids.Count == 0 ? new Dictionary<string, ExistingTopic>() : await topics.DescribeAsync([.. ids.Keys], cancellation);
        var released = new List<ReleasedTopic>();
        foreach (var (name, known) in held)
        {
            if (!there.TryGetValue(name, out var found) || (known.Id is { } id && ids[name] is { } now && id != now))
            {
                released.Add(new ReleasedTopic(name, new Dictionary<string, string?>(), []) { IsGone = true });
                continue;
            }

            // What has the value that it gets back has it from an attempt that was not written down any more.
            var back = RestoreHold.Back(known.Held!, found);
            if (claim is not null)
            {
                await topics.SetAsync(name, back, cancellation);
                await claim.WriteAsync(document => document.WithoutHold(name), CancellationToken.None);
            }

            released.Add(new ReleasedTopic(name, back, [.. known.Held!.Where(setting => !back.ContainsKey(setting.Key) && found.Settings.GetValueOrDefault(setting.Key) != setting.Value).Select(setting => setting.Key).Order(StringComparer.Ordinal)]));
        }

        return released;
    }

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
