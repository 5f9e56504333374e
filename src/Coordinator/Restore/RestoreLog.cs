using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a user reads of a restore, line by line.</summary>
public sealed partial class RestoreLog(ILogger<RestoreLog> logger)
{
    /// <summary>What is about to be done.</summary>
    public void Begins(RestorePlan plan, bool isDryRun)
    {
        foreach (var topic in isDryRun ? plan.Topics : [])
        {
            BeginsDry(topic, plan.Orders.Where(order => order.Target.Topic == topic.Made.Name).Sum(order => order.There));
        }

        Begins(plan.Orders.Count, plan.Topics.Count, plan.Records);
        foreach (var note in plan.Notes)
        {
            Note(note);
        }
    }

    private void BeginsDry(RestoreTopic topic, long there)
    {
        var name = topic.Made.Name;
        var changes = topic is { Exists: true, Held.Count: > 0 } ? $", and {string.Join(", ", topic.Held.Keys.Order(StringComparer.Ordinal))} would be changed" : "";
        switch (topic)
        {
            case { IsBegun: true, IsRefused: false }:
                WouldGoOn(name, there, changes);
                break;
            case { IsMade: true } or { Exists: true }:
                WouldTake(name, topic.Made.Partitions, changes);
                break;
            case { IsRefused: false }:
                WouldMake(name, topic.Made.Partitions, topic.Made.ReplicationFactor is { } factor ? $"{factor} replica(s)" : "replicas as the target gives by default");
                break;
        }
    }

    /// <summary>How far it is.</summary>
    public void Progress(long records, BackupProtocol.BackupStatus status) => HowFar(records, status.OffsetsPlanned, status.PartitionsDone, status.PartitionsPlanned);

    /// <summary>A partition has come to its end.</summary>
    /// <param name="restored">It.</param>
    /// <param name="isDryRun">Whether nothing was to be written.</param>
    /// <param name="isRefused">Whether its topic cannot be restored into, so that nothing would come of it.</param>
    public void Restored(PartitionRestored restored, bool isDryRun, bool isRefused = false)
    {
        var order = restored.Order;
        if (restored.Failure is { } failure)
        {
            Failed(order.Target, failure.Message);
            return;
        }

        if (restored.FirstMarker is { } marker)
        {
            LeftOut(order.Origin, restored.Markers, marker);
        }

        if (restored.Filtered != default)
        {
            Filtered(order.Origin, restored.Filtered.Dropped, restored.Filtered.Tombstones);
        }

        foreach (var difference in restored.Differences)
        {
            Note($"{difference} Restored is what the object holds.");
        }

        if (isDryRun && !isRefused)
        {
            WouldDo(order.Target, restored.Records - order.There, restored.Bytes, order.Origin, Behind(order.There));
        }
        else if (!isDryRun)
        {
            Done(order.Target, restored.Records, order.Origin);
        }
    }

    /// <summary>What has been achieved, how what is held is let go, and what is left to do.</summary>
    /// <param name="finished">How it ended.</param>
    /// <param name="whole">Topics that were made and hold all that they should.</param>
    /// <param name="incomplete">Topics that were made, or may have been, and do not.</param>
    /// <param name="left">The names in the backup of all topics that have to begin anew, as nothing tells how far they are.</param>
    /// <param name="isDryRun">Whether nothing was to be written.</param>
    public void Ended(RestoreFinished finished, IReadOnlyList<RestoreTopic> whole, IReadOnlyList<RestoreTopic> incomplete, IReadOnlyList<string> left, bool isDryRun)
    {
        if (isDryRun)
        {
            EndedDry(finished);
            return;
        }

        if (finished is { WasStopped: false, Failures.Count: 0 })
        {
            Whole(finished.Partitions.Sum(partition => partition.Records), finished.Partitions.Count, whole.Count);
        }

        foreach (var topic in whole.Where(topic => topic.Held.Count > 0))
        {
            Held(topic.Made.Name, topic.Exists ? "was changed" : "is made", RestoreHold.Command(topic, canRelease: left.Count == 0 && finished is { WasStopped: false, Failures.Count: 0 }));
        }

        if (incomplete.Count > 0 && !finished.HasLapsed) // Then it goes on by itself.
        {
            SayUnfinished(finished, incomplete, left);
        }
    }

    /// <summary>What somebody has to begin anew does not go on: the failure tells what is to be done.</summary>
    private void SayUnfinished(RestoreFinished finished, IReadOnlyList<RestoreTopic> incomplete, IReadOnlyList<string> left)
    {
        if (left.Count > 0)
        {
            var advice = $"{(incomplete.Any(topic => topic.Exists) ? "Empty" : "Delete")} {(incomplete.Count == 1 ? "it" : "them")}";
            Unfinished(Lacking(incomplete), advice, string.Join(", ", left.Select(name => $"\"{name}\"")));
            return;
        }

        var anew = finished.Partitions.Where(partition => partition.Failure is { BeginsAnew: true }).Select(partition => partition.Order.Target.Topic).ToHashSet(StringComparer.Ordinal);
        var topics = incomplete.ToLookup(topic => anew.Contains(topic.Made.Name));
        if (topics[true].Any())
        {
            CannotGoOnWith(Lacking([.. topics[true]]));
        }

        if (topics[false].Any())
        {
            Unfinished(Lacking([.. topics[false]]), topics[false].Count() == 1 ? "it holds" : "they hold");
        }
    }

    private static string Lacking(IReadOnlyList<RestoreTopic> topics) => $"{string.Join(", ", topics.Select(topic => $"'{topic.Made.Name}'"))} {(topics.Count == 1 ? "lacks" : "lack")}";

    /// <summary>What would not come to its end is not told as if it did.</summary>
    private void EndedDry(RestoreFinished finished)
    {
        if (finished.Failures.Count > 0)
        {
            NothingWritten();
            return;
        }

        var sound = finished.Partitions.Where(partition => partition is { Failure: null, WasStopped: false }).ToList();
        var there = sound.Sum(partition => partition.Order.There);
        Would(sound.Sum(partition => partition.Records) - there, sound.Sum(partition => partition.Bytes), sound.Count, Behind(there));
    }

    private static string Behind(long there) => there == 0 ? "" : $", behind {there:N0} that are there";

    /// <summary>A topic has back what was held of it.</summary>
    public void GivenBack(string topic, IReadOnlyDictionary<string, string?> settings) => GivenBack(topic, string.Join(", ", settings.Keys.Order(StringComparer.Ordinal)));

    [LoggerMessage(Level = LogLevel.Information, Message = "Topic '{Topic}' has its own settings again ({Settings}): they delete nothing of what was restored")]
    private partial void GivenBack(string topic, string settings);

    /// <summary>Topics could not get back what was held of them.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Topics keep what the restore holds of them, though nothing may depend on it any more: {Reason}")]
    public partial void NotGivenBack(string reason);

    /// <summary>Settings that the target does not know.</summary>
    public void Unknown(string topic, IReadOnlyList<string> settings) => Note(
        $"The target does not take {string.Join(" and ", settings)}: topic '{topic}' is made without.");

    /// <summary>Another process has the claim, and may be no more.</summary>
    internal void AwaitsOwner(ClaimOwner owner) => AwaitsOwner($"{owner}", RestoreClaim.Patience.TotalSeconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This restore was at work in {Owner}: waiting up to {Seconds:0} s to see whether it still is")]
    private partial void AwaitsOwner(string owner, double seconds);

    /// <summary>The store takes no note of how far the restore is.</summary>
    [LoggerMessage(Level = LogLevel.Warning,
        Message = "How far the restore is cannot be noted beside the backup: {Reason} If it ends early it has to begin anew; the right to write below '_cluster/restores/' of the backup would let it go on")]
    public partial void CannotGoOn(string reason);

    /// <summary>How far the restore is was not written down.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "How far the restore is could not be noted: {Reason}")]
    public partial void NotNoted(string reason);

    /// <summary>The report could not be written.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no report of the restore beside the backup: {Reason}")]
    public partial void NoReport(string reason);

    /// <summary>Settings of a topic that others made are about to be changed.</summary>
    public void Holds(RestoreTopic topic) => Holds(topic.Made.Name, RestoreHold.Command(topic, canRelease: false));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changing settings of topic '{Topic}', so that it keeps what is restored. It gets its own back by: {Command}")]
    private partial void Holds(string topic, string command);

    /// <summary>A topic that others made is emptied.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Deleting {Records:N0} records of topic '{Topic}' at the target, as restore.purge_topics wants it")]
    public partial void Purges(string topic, long records);

    /// <summary>A topic has deleted what came into it, which is let pass.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target}: all records had come, and its own settings have deleted some of them since, which restore.retention_policy lets pass")]
    public partial void CutShort(PartitionId target);

    /// <summary>What is restored is read back.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Comparing what the target holds of {Partitions} partition(s) with the backup, record by record")]
    public partial void Compares(int partitions);

    /// <summary>A partition holds what it should.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Target}: {Records:N0} records are the same as in the backup")]
    public partial void Same(PartitionId target, long records);

    /// <summary>The store has taken no note for too long.</summary>
    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The storage has taken no note for {Seconds:0} s of how far the restore is, so that another process may take it over: nothing more is written before the storage answers")]
    public partial void Lapsed(double seconds);

    /// <summary>A node has not answered for too long, or is another process than it was.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} is gone, or does not answer: {Partitions} partition(s) go on elsewhere, from what the target holds")]
    public partial void NodeLost(string node, int partitions);

    /// <summary>A node does not take work.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason} Its partitions go to other nodes")]
    public partial void NodeRefused(string reason);

    /// <summary>No node takes work.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "No node takes partitions of this restore; it waits for one. {Reason}")]
    public partial void NoNode(string reason);

    /// <summary>An earlier attempt has begun.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Going on with the restore that began at {Since:u}: the target holds {Records:N0} records of it")]
    public partial void GoesOn(DateTimeOffset since, long records);

    [LoggerMessage(Level = LogLevel.Information, Message = "Restoring {Partitions} partition(s) of {Topics} topic(s): {Records:N0} records in the backup")]
    private partial void Begins(int partitions, int topics, long records);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Records:N0} of {Planned:N0} records read; {Done} of {Partitions} partition(s) are done")]
    private partial void HowFar(long records, long planned, int done, int partitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "Topic '{Topic}' would be made: {Partitions} partition(s), {Replicas}")]
    private partial void WouldMake(string topic, int partitions, string replicas);

    [LoggerMessage(Level = LogLevel.Information, Message = "Topic '{Topic}' is there, with {Partitions} partition(s){Changes}")]
    private partial void WouldTake(string topic, int partitions, string changes);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Target}: {Records:N0} records ({Bytes:N0} bytes) would be restored from {Source}{Behind}")]
    private partial void WouldDo(PartitionId target, long records, long bytes, string source, string behind);

    [LoggerMessage(Level = LogLevel.Information, Message = "Topic '{Topic}' is there and is this restore's own, with {There:N0} records of it: it would be gone on with{Changes}")]
    private partial void WouldGoOn(string topic, long there, string changes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Nothing was written, and the restore would fail as things are")]
    private partial void NothingWritten();

    [LoggerMessage(Level = LogLevel.Information, Message = "{Records:N0} records ({Bytes:N0} bytes) of {Partitions} partition(s) would be restored{Behind}; nothing was written")]
    private partial void Would(long records, long bytes, int partitions, string behind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private partial void Note(string sentence);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Target}: {Records:N0} records restored from {Source}")]
    private partial void Done(PartitionId target, long records, string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Target}: {Problem}")]
    private partial void Failed(PartitionId target, string problem);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Source}: {Markers:N0} record(s) of the backup, the first at offset {Offset}, look like the markers of transactions that OSO's tool stores with the records, and are left out")]
    private partial void LeftOut(string source, long markers, long offset);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Source}: {Dropped:N0} record(s) are left out and {Tombstones:N0} come without value and headers, as restore.record_filters wants it")]
    private partial void Filtered(string source, long dropped, long tombstones);

    [LoggerMessage(Level = LogLevel.Information, Message = "Restored {Records:N0} records of {Partitions} partition(s) in {Topics} topic(s), as counted at the target")]
    private partial void Whole(long records, int partitions, int topics);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Topic '{Topic}' {IsMade} to delete and compact nothing, as its records may be older than it keeps them. When you no longer need that: {Command}")]
    private partial void Held(string topic, string isMade, string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The restore is not whole: {TopicsLack} records. Started again with the same configuration it goes on from what {TheyHold}")]
    private partial void Unfinished(string topicsLack, string theyHold);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The restore is not whole: {TopicsLack} records, and what is there cannot be gone on with")]
    private partial void CannotGoOnWith(string topicsLack);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The restore is not whole: {TopicsLack} records. {Advice} at the target before you restore again, with target.topics.include: [{Sources}]")]
    private partial void Unfinished(string topicsLack, string advice, string sources);
}
