using System.Globalization;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Whether a topic that others made can be restored into, and what its settings would do to the records. Pure.</summary>
internal static class ExistingTopicRules
{
    /// <summary>For how long a restore may last, in ms: what gets too old meanwhile would be deleted before it is counted.</summary>
    private const long Margin = 24L * 60 * 60 * 1000;

    /// <summary>What a batch takes beside its records, in bytes, and a record beside its parts.</summary>
    private const long BatchFrame = 80;

    private static readonly string[] Retention = ["retention.ms", "retention.bytes"];

    /// <summary>The topic as the restore takes it.</summary>
    /// <param name="topic">As it would be made.</param>
    /// <param name="orders">What is restored into it.</param>
    /// <param name="there">As it is.</param>
    /// <param name="bounds">What its partitions hold.</param>
    /// <param name="restore">What is wanted.</param>
    /// <param name="now">The time.</param>
    /// <param name="notes">Takes what the operator should know.</param>
    /// <exception cref="BackupException">It cannot be restored into as it is.</exception>
    public static RestoreTopic Take(
        RestoreTopic topic, IReadOnlyCollection<RestorePartition> orders, ExistingTopic there, IReadOnlyDictionary<PartitionId, PartitionBounds> bounds,
        RestoreSection restore, DateTimeOffset now, ICollection<string> notes)
    {
        var name = topic.Made.Name;
        if (orders.FirstOrDefault() is { Share.Repartitioning.Partitions: var wanted } && wanted != there.Partitions)
        {
            throw Wrong($"Topic '{name}' has {there.Partitions} partition(s) at the target, and restore.repartitioning puts its records where they belong among {wanted}. "
                + $"Let target_partitions of '{name}' be {there.Partitions} there, or have the topic made with {wanted}.");
        }

        if (orders.FirstOrDefault(order => order.Target.Number >= there.Partitions) is { } beyond)
        {
            throw Wrong($"Topic '{name}' has {there.Partitions} partition(s) at the target, and {beyond.Origin} would go into {beyond.Target}. Give it more, or correct restore.partition_mapping.");
        }

        var full = orders.FirstOrDefault(order => bounds[order.Target] is { Problem: null } held && held.HighWatermark > held.LogStartOffset);
        if (full is not null && restore is { PurgesTopics: false, AppendsToTopics: false })
        {
            var held = bounds[full.Target];
            throw Wrong($"{full.Target} holds offsets {held.LogStartOffset} to {held.HighWatermark} at the target, and nothing was restored. Delete its records, or let the restore do that by restore.purge_topics, "
                + "or let it add to them by restore.existing_topic_policy: append, or give the restored topics other names by restore.topic_mapping.");
        }

        if (full is not null && restore.PurgesTopics && !RecordRules.PoliciesOf(there.Settings).Contains("delete", StringComparer.Ordinal) && restore.RetentionPolicy != RetentionPolicy.Hold)
        {
            throw Wrong($"Kafka deletes no records of topic '{name}' at the target, whose cleanup.policy has no 'delete': restore.purge_topics cannot empty it. Let restore.retention_policy be hold, "
                + "which changes that, or empty it yourself.");
        }

        return Hold(topic, orders, there, restore, now, notes) with { Exists = true, Made = topic.Made with { Partitions = there.Partitions, ReplicationFactor = null, Configurations = there.Settings } };
    }

    /// <summary>The topic with what has to be held of it.</summary>
    /// <param name="topic">As it would be made.</param>
    /// <param name="orders">What is restored into it.</param>
    /// <param name="there">As it is.</param>
    /// <param name="restore">What is wanted.</param>
    /// <param name="now">The time.</param>
    /// <param name="notes">Takes what the operator should know.</param>
    /// <exception cref="BackupException">It would not keep the records as they were, and that is not wanted.</exception>
    public static RestoreTopic Hold(
        RestoreTopic topic, IReadOnlyCollection<RestorePartition> orders, ExistingTopic there, RestoreSection restore, DateTimeOffset now, ICollection<string> notes)
    {
        var name = topic.Made.Name;
        var harms = HarmsOf(orders, there, restore, now).ToList();
        if (harms.Count > 0 && restore.RetentionPolicy == RetentionPolicy.Refuse)
        {
            throw Wrong($"Topic '{name}' at the target would not keep what is restored as it was: {string.Join("; ", harms.Select(harm => harm.What))}. Nothing was restored. Let restore.retention_policy "
                + "be hold, which changes its settings and tells how it gets its own back, or skip, which leaves out what it would not keep, or ignore, or change them yourself.");
        }

        if (restore.RetentionPolicy == RetentionPolicy.Skip && harms.Where(harm => harm.Setting == "message.timestamp.type").Select(harm => harm.What).FirstOrDefault() is { } all)
        {
            throw Wrong($"Topic '{name}' at the target would not keep what is restored as it was: {all}. That cannot be left out, as restore.retention_policy: skip wants it. Nothing was restored. Let it be hold, or change the topic.");
        }

        foreach (var harm in restore.RetentionPolicy is RetentionPolicy.Ignore or RetentionPolicy.Skip ? harms : [])
        {
            notes.Add(restore.RetentionPolicy == RetentionPolicy.Ignore || harm.Setting == "retention.bytes"
                ? $"Topic '{name}' at the target will not keep what is restored as it was, which restore.retention_policy lets pass: {harm.What}."
                : $"Topic '{name}' at the target will not keep all as it was, and records that it would delete for their age or refuse are left out, as restore.retention_policy wants it: {harm.What}.");
        }

        var holds = restore.RetentionPolicy == RetentionPolicy.Hold ? harms.Select(harm => harm.Setting).ToHashSet(StringComparer.Ordinal) : [];
        if (holds.Contains("cleanup.policy"))
        {
            holds.UnionWith(Retention.Where(setting => Number(there, setting) >= 0)); // A compacted topic that is made to delete would begin to.
        }

        return topic with
        {
            Held = holds.ToDictionary(setting => setting, setting => there.Own.Contains(setting) ? there.Settings[setting] : null, StringComparer.Ordinal),
        };
    }

    /// <summary>The topic with what the user may do with it.</summary>
    /// <param name="topic">As the restore takes it.</param>
    /// <param name="there">As it is.</param>
    /// <param name="needed">What the restore does with it that is left to be done: a right, and what for.</param>
    /// <exception cref="BackupException">A right is missing, as far as the target tells.</exception>
    public static RestoreTopic WithRights(RestoreTopic topic, ExistingTopic there, IEnumerable<(string Right, string For)> needed) =>
        there.Rights is { } rights && needed.FirstOrDefault(need => !rights.Contains(need.Right)) is { Right: { } missing, For: var what }
            ? throw new BackupException(FailureKind.Source, $"The user may not {what}: topic '{there.Name}' at the target. Give the user the right {missing} on the topic.")
            : topic with { Rights = there.Rights };

    /// <summary>The rights that a restore needs for a topic that is there.</summary>
    /// <param name="topic">As the restore takes it.</param>
    /// <param name="restore">What is wanted.</param>
    /// <param name="isEmptied">Whether records of it are to be deleted.</param>
    public static IEnumerable<(string Right, string For)> RightsFor(RestoreTopic topic, RestoreSection restore, bool isEmptied)
    {
        yield return ("Write", "write to it");
        if (restore.ReadsBack)
        {
            yield return ("Read", "read it back");
        }

        if (topic is { Exists: true, Held.Count: > 0 }) // What it makes itself is held from the start, and given back where that may be.
        {
            yield return ("AlterConfigs", $"change its {string.Join(", ", topic.Held.Keys.Order(StringComparer.Ordinal))}");
        }

        if (isEmptied)
        {
            yield return ("Delete", "delete its records");
        }
    }

    /// <summary>Whether a topic that is taken as it is may delete what is restored.</summary>
    public static bool MayLose(IReadOnlyCollection<RestorePartition> orders, ExistingTopic there, RestoreSection restore, DateTimeOffset now) =>
        restore.RetentionPolicy is RetentionPolicy.Ignore or RetentionPolicy.Skip && HarmsOf(orders, there, restore, now).Any(harm => harm.Setting == "cleanup.policy" || Retention.Contains(harm.Setting));

    /// <summary>Whether a topic that is there has all that the restore holds of one that it makes.</summary>
    public static bool IsAsMade(RestoreTopic topic, ExistingTopic there) => topic.Made.Partitions == there.Partitions
        && topic.Held.Keys.All(setting => !topic.Made.Configurations.TryGetValue(setting, out var held) || !there.Settings.TryGetValue(setting, out var found) || held == found);

    /// <summary>The settings that a topic which is there has otherwise than <c>topic_configs</c> say, and keeps.</summary>
    /// <param name="wanted">What they say of it.</param>
    /// <param name="there">It.</param>
    /// <param name="held">Those that it gets later, by the command that is told at the end.</param>
    public static IReadOnlyList<string> FindOther(IReadOnlyDictionary<string, string?> wanted, ExistingTopic there, IEnumerable<string> held) =>
        [.. wanted.Where(setting => setting.Value is null ? there.Own.Contains(setting.Key) : there.Settings.GetValueOrDefault(setting.Key) != setting.Value)
            .Select(setting => setting.Key).Except(held).Order(StringComparer.Ordinal)];

    /// <summary>What the topic's settings would do to the records.</summary>
    private static IEnumerable<(string Setting, string What)> HarmsOf(IReadOnlyCollection<RestorePartition> orders, ExistingTopic there, RestoreSection restore, DateTimeOffset now)
    {
        var segments = orders.SelectMany(order => order.Segments).ToList();
        if (segments.Count == 0)
        {
            yield break;
        }

        var oldest = Math.Max(segments.Min(segment => Math.Min(segment.StartTimestamp, segment.EndTimestamp)), restore.TimeWindowStart ?? long.MinValue);
        var newest = Math.Min(segments.Max(segment => Math.Max(segment.StartTimestamp, segment.EndTimestamp)), restore.TimeWindowEnd ?? long.MaxValue);
        var (age, lead) = (now.ToUnixTimeMilliseconds() - oldest, newest - now.ToUnixTimeMilliseconds());
        var policies = RecordRules.PoliciesOf(there.Settings);
        var compacts = policies.Contains("compact", StringComparer.Ordinal);
        var deletes = policies.Contains("delete", StringComparer.Ordinal) || (compacts && restore.RetentionPolicy == RetentionPolicy.Hold); // Held it deletes.
        if (compacts)
        {
            yield return ("cleanup.policy", "cleanup.policy has 'compact', so that records with a later one of the same key go, and records without a key are refused");
        }

        if (deletes && Number(there, "retention.ms") is >= 0 and var keeps && age > keeps - Margin)
        {
            yield return ("retention.ms", $"retention.ms is {keeps}, and there are records of {Time(oldest)}, which would be deleted{(age > keeps ? "" : " within a day")}");
        }

        if (deletes && Number(there, "retention.bytes") is >= 0 and var size
            && orders.MaxBy(order => Bytes(order)) is { } largest && (Bytes(largest) > size || restore.AppendsToTopics))
        {
            yield return ("retention.bytes", $"retention.bytes is {size}, and {largest.Target} would get up to {Bytes(largest)}{(restore.AppendsToTopics ? " beside what it holds" : "")}");
        }

        if (there.Settings.GetValueOrDefault("message.timestamp.type") == "LogAppendTime")
        {
            yield return ("message.timestamp.type", "message.timestamp.type is LogAppendTime, so that all records would have the time of the restore");
        }

        if (Number(there, "message.timestamp.before.max.ms") is { } before && age > before)
        {
            yield return ("message.timestamp.before.max.ms", $"message.timestamp.before.max.ms is {before}, and there are records of {Time(oldest)}, which would be refused");
        }

        if (Number(there, "message.timestamp.after.max.ms") is { } after && lead > after)
        {
            yield return ("message.timestamp.after.max.ms", $"message.timestamp.after.max.ms is {after}, and there are records of {Time(newest)}, which would be refused");
        }
    }

    /// <summary>As they are without compression, which the producer's may be better or worse than, each in a batch of its own, as a slow restore sends them.</summary>
    private static long Bytes(RestorePartition order) =>
        order.Segments.Sum(segment => Math.Max(segment.UncompressedSize, segment.CompressedSize) + (BatchFrame * segment.RecordCount)) / (order.Share?.Repartitioning.Partitions ?? 1);

    private static long? Number(ExistingTopic there, string setting) =>
        long.TryParse(there.Settings.GetValueOrDefault(setting), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A time in UTC, for messages.</summary>
    internal static string Time(long milliseconds) => milliseconds is > 0 and < 253_402_300_800_000
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("u", CultureInfo.InvariantCulture)
        : $"{milliseconds} ms since 1970";

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
