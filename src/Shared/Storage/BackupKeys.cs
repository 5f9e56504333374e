using System.Globalization;

namespace KafkaBackup.Shared.Storage;

/// <summary>The keys of one backup's objects: the whole layout on storage in one place.</summary>
public static class BackupKeys
{
    /// <summary>Name of the manifest below the backup id; nothing else of ours may have it, as OSO's <c>list</c> looks for it anywhere.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>The OSO view of the backup.</summary>
    public static string Manifest(BackupId backup) => $"{backup}/{ManifestName}";

    /// <summary>The OSO view of the positions.</summary>
    public static string Offsets(BackupId backup) => $"{backup}/offsets.db";

    /// <summary>Committed offsets of consumer groups.</summary>
    public static string ConsumerGroups(BackupId backup) => $"{backup}/consumer-groups-snapshot.json";

    /// <summary>The one mutable object of truth.</summary>
    public static string Head(BackupId backup) => $"{backup}/_cluster/head.json";

    /// <summary>Where parts live.</summary>
    public static string PartsPrefix(BackupId backup) => $"{backup}/_cluster/parts/";

    /// <summary>A part, unique because one writer holds an epoch and numbers its objects.</summary>
    public static string Part(BackupId backup, long epoch, long sequence) => $"{PartsPrefix(backup)}{epoch:D10}-{sequence:D20}.jsonl.zst";

    /// <summary>Where coverage objects live.</summary>
    public static string CoveragePrefix(BackupId backup) => $"{backup}/_cluster/coverage/";

    /// <summary>A coverage object: what each partition answers for.</summary>
    public static string Coverage(BackupId backup, long epoch, long sequence) => $"{CoveragePrefix(backup)}{epoch:D10}-{sequence:D20}.jsonl.zst";

    /// <summary>Where topics objects live.</summary>
    public static string TopicsPrefix(BackupId backup) => $"{backup}/_cluster/topics/";

    /// <summary>A topics object: topic ids and partition counts.</summary>
    public static string Topics(BackupId backup, long epoch, long sequence) => $"{TopicsPrefix(backup)}{epoch:D10}-{sequence:D20}.json";

    /// <summary>How far a restore of the backup is.</summary>
    public static string Restore(BackupId backup, string restore) => $"{RestoresPrefix(backup)}{restore}.json";

    /// <summary>Where restores of the backup are written down.</summary>
    public static string RestoresPrefix(BackupId backup) => $"{backup}/_cluster/restores/";

    /// <summary>How the keys of reports end.</summary>
    public const string RestoreReportSuffix = ".report.json";

    /// <summary>How a restore of the backup has ended.</summary>
    public static string RestoreReport(BackupId backup, string restore) => $"{RestoresPrefix(backup)}{restore}{RestoreReportSuffix}";

    /// <summary>A throw-away object to try a store with.</summary>
    public static string Probe(BackupId backup, string unique) => $"{backup}/_cluster/probe-{unique}";

    /// <summary>Where segments live.</summary>
    public static string SegmentsPrefix(BackupId backup) => $"{backup}/topics/";

    /// <summary>A segment. The epoch and the unique part make sure that a name is used once, whatever crashes or runs twice.</summary>
    public static string Segment(BackupId backup, PartitionId partition, long startOffset, long epoch, string unique, string extension) =>
        $"{SegmentsPrefix(backup)}{partition.Topic}/partition={partition.Number}/segment-{startOffset:D20}-{epoch}-{unique}.bin{extension}";

    /// <summary>The epoch in the name of one of our segments or parts, or null when the name is not of our making.</summary>
    public static long? EpochOf(string key)
    {
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        if (name.StartsWith("segment-", StringComparison.Ordinal))
        {
            const int start = 8, digits = 20;
            if (name.Length <= start + digits || name[start + digits] != '-' || name.Slice(start, digits).ContainsAnyExceptInRange('0', '9'))
            {
                return null;
            }

            name = name[(start + digits + 1)..];
        }
        else if (!key.AsSpan(key.IndexOf('/') + 1).StartsWith("_cluster/", StringComparison.Ordinal))
        {
            return null;
        }

        var length = name.IndexOf('-');
        return length > 0 && long.TryParse(name[..length], NumberStyles.None, null, out var epoch) ? epoch : null;
    }

    /// <summary>The number in the name of a part or topics object, or null when the name is not of our making.</summary>
    public static long? SequenceOf(string key)
    {
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        var (dash, dot) = (name.IndexOf('-'), name.IndexOf('.'));
        return dash > 0 && dot > dash && long.TryParse(name[(dash + 1)..dot], NumberStyles.None, null, out var sequence) ? sequence : null;
    }

    /// <summary>The partition in whose folder a segment lies, whoever made it; null when the key is that of something else.</summary>
    public static PartitionId? PartitionOf(BackupId backup, string key)
    {
        const string folder = "partition=";
        return key.StartsWith(SegmentsPrefix(backup), StringComparison.Ordinal)
            && key[SegmentsPrefix(backup).Length..].Split('/') is [{ Length: > 0 } topic, var partition, var name]
            && partition.StartsWith(folder, StringComparison.Ordinal) && name.StartsWith("segment-", StringComparison.Ordinal)
            && int.TryParse(partition.AsSpan(folder.Length), NumberStyles.None, null, out var number)
            ? new PartitionId(topic, number)
            : null;
    }

    /// <summary>Whether a key is of the layout of a backup. Other things may lie below its name, as where that is the prefix of another store.</summary>
    public static bool IsOf(BackupId backup, string key) =>
        key == Manifest(backup) || key == Offsets(backup) || key == ConsumerGroups(backup) || key.StartsWith($"{backup}/_cluster/", StringComparison.Ordinal) || PartitionOf(backup, key) is not null;

    /// <summary>The offset of the first record that a segment's name tells, as ours and OSO's do; null when it tells none.</summary>
    public static long? StartOf(string key)
    {
        const int start = 8, digits = 20;
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        return name.Length > start + digits && name.StartsWith("segment-", StringComparison.Ordinal) && name[start + digits] is '-' or '.'
            && long.TryParse(name.Slice(start, digits), NumberStyles.None, null, out var offset) ? offset : null;
    }
}
