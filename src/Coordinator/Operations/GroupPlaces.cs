using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Looks whether consumer groups stand where they belong in what was restored, or have gone on from there.</summary>
/// <param name="store">Where the backup lies.</param>
/// <param name="catalog">The cluster.</param>
internal sealed class GroupPlaces(IObjectStore store, ITopicCatalog catalog)
{
    /// <summary>What the check is called.</summary>
    public const string Name = "ConsumerGroupOffsetCheck";

    /// <summary>Looks.</summary>
    /// <exception cref="BackupException">Backup or cluster cannot be asked.</exception>
    public async Task<CheckOutcome> CheckAsync(ExpectedTopics expected, ValidationConfiguration validation, CancellationToken cancellation)
    {
        var named = validation.Groups;
        if (expected.Restores.Count == 0)
        {
            return named.Count > 0 ? await ReadableAsync(named, cancellation)
                : new CheckOutcome(Name, CheckVerdict.Skipped, "No restore of this backup into this cluster is known, so that nothing tells where its groups belong. Name groups, to see whether they have offsets.");
        }

        if (named.Count == 0 && await store.HeadAsync(BackupKeys.ConsumerGroups(validation.BackupId!.Value), cancellation) is null)
        {
            return new CheckOutcome(Name, CheckVerdict.Skipped, "The backup holds no offsets of consumer groups.");
        }

        var (groups, reasons) = (new List<GroupComparison>(), new List<string>());
        foreach (var restore in expected.Restores)
        {
            try
            {
                var plan = await new OffsetReset(store, catalog).PlanAsync(validation.BackupId!.Value, restore, groups: null, cancellation);
                groups.AddRange(plan.Groups.Where(group => named.Count == 0 || named.Contains(group.Group)));
            }
            catch (BackupException e) when (e.Kind == FailureKind.Configuration)
            {
                reasons.Add(e.Message); // No group stands in what this one brought, or nobody can tell where.
            }
        }

        var findings = new Findings();
        foreach (var absent in named.Where(name => groups.All(group => group.Group != name)))
        {
            findings.Add($"Nothing tells where group '{absent}' belongs: the backup does not have it, or it stands in nothing that was restored");
        }

        foreach (var group in groups)
        {
            if (group.Problem is { } problem)
            {
                findings.Add($"Group '{group.Group}': {problem}");
            }

            foreach (var place in group.Changed.Where(place => place.Now is not { } now || now.Offset < place.Then!.Value.Offset))
            {
                findings.Add(place.Now is { } now
                    ? $"Group '{group.Group}' stands at {now.Offset} of {place.Partition}, and belongs at {place.Then!.Value.Offset}: it would read again what it has read"
                    : $"Group '{group.Group}' has no offset in {place.Partition}, and belongs at {place.Then!.Value.Offset}");
            }
        }

        return !findings.IsEmpty ? new CheckOutcome(Name, CheckVerdict.Failed, findings.ToString())
            : groups.Count == 0 ? new CheckOutcome(Name, CheckVerdict.Skipped, string.Join(' ', reasons.Take(1)))
            : new CheckOutcome(Name, CheckVerdict.Passed, $"{groups.DistinctBy(group => group.Group).Count()} consumer groups stand where they belong, or have gone on from there.");
    }

    private async Task<CheckOutcome> ReadableAsync(IReadOnlyList<string> groups, CancellationToken cancellation)
    {
        var findings = new Findings();
        foreach (var group in await catalog.GetGroupOffsetsAsync(groups, cancellation))
        {
            if (group.Problem is not null || group.Offsets.Count == 0)
            {
                findings.Add($"Group '{group.Group}' {(group.Problem is { } problem ? $"cannot be read: {problem}" : "has committed nothing, or is not there")}");
            }
        }

        return findings.IsEmpty
            ? new CheckOutcome(Name, CheckVerdict.Passed, $"{groups.Count} consumer groups have offsets. Whether they are the right ones nothing tells, as no restore of this backup into this cluster is known.")
            : new CheckOutcome(Name, CheckVerdict.Failed, findings.ToString());
    }
}
