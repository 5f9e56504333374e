using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;

namespace KafkaBackup.Simulation.Tests;

/// <summary>What must hold when all work is done: each record that is still at the source is stored once, and nothing named is missing.</summary>
internal static class FinalJudgement
{
    public static void Pronounce(World world)
    {
        foreach (var key in world.Judge.Head.Parts.Select(part => part.Key).Append(world.Judge.Head.Topics).OfType<string>())
        {
            if (world.Find(key) is null)
            {
                world.Judge.Accuse($"the head names {key}, which is gone");
            }
        }

        foreach (var entry in world.Judge.Truth)
        {
            if (Loss(world, entry) is { } loss)
            {
                world.Judge.Accuse($"{entry.Partition} {entry.Range}: {loss}");
            }
        }

        foreach (var source in world.Sources)
        {
            var reached = world.Judge.CoverageOf(source.Partition);
            if (source.Start < source.End && reached.Uncovered(new OffsetRange(source.Start, source.End)).FirstOrDefault() is { IsEmpty: false } left)
            {
                world.Judge.Accuse($"{source.Partition} {left} was never backed up");
            }
        }

        JudgeManifest(world);
    }

    /// <summary>What is wrong with the records that an entry answers for, or null. Counted once, as no other entry covers their offsets.</summary>
    public static string? Loss(World world, LedgerEntry entry)
    {
        var alive = world.Sources.Single(source => source.Partition == entry.Partition).Alive
            .Where(offset => offset >= entry.Range.Base && offset < entry.Range.Next);
        if (entry.Segment is not { } segment)
        {
            return alive.Any() ? $"{string.Join(',', alive)} counted as gone" : null;
        }

        if (world.RecordsOf(segment.Key) is not { } stored)
        {
            return $"{segment.Key} is gone";
        }

        if (stored.Count != segment.RecordCount || stored[0] != segment.StartOffset || stored[^1] != segment.EndOffset)
        {
            return $"{segment.Key} is not what was committed";
        }

        return alive.Except(stored).Any() ? $"{string.Join(',', alive.Except(stored))} not in {segment.Key}" : null;
    }

    private static void JudgeManifest(World world)
    {
        var key = BackupKeys.Manifest(World.Backup);
        var shown = world.Find(key) is { } found
            ? ManifestJson.Read(found.Content.Span, key).Topics.SelectMany(topic => topic.Partitions).SelectMany(p => p.Segments)
                .Select(segment => segment.Key).ToHashSet()
            : [];
        if (world.Judge.Truth.FirstOrDefault(entry => entry.Segment is { } segment && !shown.Contains(segment.Key)) is { } hidden)
        {
            world.Judge.Accuse($"the last manifest does not show {hidden.Segment!.Key}");
        }
    }
}
