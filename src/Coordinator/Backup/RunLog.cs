using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a user reads of a run, line by line. Scripts look for these sentences: they change only with a note in the changelog.</summary>
public sealed partial class RunLog(ILogger<RunLog> logger)
{
    private const int MaxNamed = 10;

    /// <summary>What is said until this is disposed of, here and in what is begun here, is about <paramref name="backup"/>.</summary>
    public IDisposable? About(BackupId backup) => logger.BeginScope(backup);

    /// <summary>Says where a run starts: what was found, then each partition with something to do.</summary>
    public void Started(BackupPlan plan, BackupConfiguration configuration, DateTimeOffset now)
    {
        var isIncremental = configuration.IsIncremental;
        if (plan.TopicCount == 0)
        {
            NoTopics();
        }

        if (configuration.Backup.IsContinuous)
        {
            Continuous(plan.Bounds.Count, Topics(plan), (long)configuration.Backup.SegmentMaxInterval.TotalMilliseconds);
        }

        if (configuration.Backup.StopsAtCurrentOffsets)
        {
            Snapshot(plan.Bounds.Count, now);
            foreach (var (partition, bounds) in plan.Bounds.Where(item => item.Value.Problem is null).OrderBy(item => item.Key))
            {
                Captured(partition, bounds.HighWatermark);
            }
        }

        if (!plan.HasPositions)
        {
            if (isIncremental)
            {
                NoSavedOffsets();
            }

            return;
        }

        if (isIncremental)
        {
            Resuming();
        }

        foreach (var work in plan.Work.OrderBy(work => work.Partition))
        {
            Started(work);
        }
    }

    /// <summary>Says what a run has achieved.</summary>
    public void Finished(LedgerProtocol.RunFinished finished, BackupPlan plan)
    {
        var topics = Topics(plan);
        if (plan.HasPositions)
        {
            BackedUpNew(finished.Records, topics);
        }
        else
        {
            BackedUp(finished.Records, topics);
        }

        if (finished.Healed is { } healed && healed != new LedgerProtocol.HealedOffsets(0, 0, 0))
        {
            Healed(healed.Records, healed.Gone, healed.Empty);
        }

        if (finished.OffsetsPlace is { } place)
        {
            OffsetsSynced(place);
        }
    }

    /// <summary>A continuous run begins.</summary>
    [LoggerMessage(Level = LogLevel.Information,
        Message = "Continuous: {Partitions} partition(s) of {Topics}, until stopped; new records are saved when they fill a segment, or after {Interval} ms")]
    private partial void Continuous(int partitions, string topics, long interval);

    /// <summary>A snapshot begins.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Snapshot of {Partitions} partition(s) as of {Time:O}: each ends at the high watermark that it had then")]
    private partial void Snapshot(int partitions, DateTimeOffset time);

    /// <summary>Where a partition of a snapshot ends.</summary>
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Partition}: high watermark {Offset}")]
    private partial void Captured(PartitionId partition, long offset);

    /// <summary>A continuous run found a topic, or more partitions of one.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Found {Topic} with {Partitions} partition(s)")]
    public partial void NewTopic(string topic, int partitions);

    /// <summary>A continuous run has saved what there was.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Saved {Records:N0} new records of {Partitions} partition(s)")]
    public partial void Saved(long records, int partitions);

    /// <summary>A continuous run cannot see what is new.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot look for new records: {Problem} The run goes on trying")]
    public partial void CannotRefresh(string problem);

    /// <summary>The same, and it will not for long go on without seeing it.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot look for new records: {Problem} The run ends when this has lasted for {Seconds} s")]
    public partial void CannotRefreshFor(string problem, long seconds);

    /// <summary>A continuous run sees again what is new.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "The source can be read again")]
    public partial void SourceIsBack();

    /// <summary>A node does not take its share of a run, and others get it.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem} Its partitions go to other nodes, if there are any")]
    public partial void Refused(string problem);

    /// <summary>A partition that had failed in a continuous run is backed up again.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition}: backed up again")]
    public partial void PartitionIsBack(PartitionId partition);

    /// <summary>Both databases or one were there.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded offset database from {Place}")]
    public partial void OffsetsLoaded(string place);

    /// <summary>The run goes on from positions.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Resuming from saved offsets")]
    public partial void Resuming();

    /// <summary>An incremental run without positions.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "No saved offsets found, starting from earliest")]
    public partial void NoSavedOffsets();

    /// <summary>A partition that the backup has a part of.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition} — starting at offset {Offset} (saved: {Saved})")]
    public partial void StartingAt(PartitionId partition, long offset, long saved);

    /// <summary>A partition that the backup has nothing of.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition} — starting at offset {Offset} (nothing saved)")]
    public partial void StartingNew(PartitionId partition, long offset);

    /// <summary>A partition where something before the saved position is missing.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition} — filling {Count} uncovered range(s) from offset {Offset} on")]
    public partial void Filling(PartitionId partition, int count, long offset);

    /// <summary>The run of a backup that went on from positions is over.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Backed up {Records:N0} new records across {Topics}")]
    private partial void BackedUpNew(long records, string topics);

    /// <summary>The first run of a backup is over.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Backed up {Records:N0} records across {Topics}")]
    private partial void BackedUp(long records, string topics);

    /// <summary>The remote database was written.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Offset database synced to {Place}")]
    public partial void OffsetsSynced(string place);

    /// <summary>Says what was taken over from another program. Many partitions are counted, not named.</summary>
    public void Adopted(AdoptionResult adopted)
    {
        var pruned = adopted.Entries.Where(entry => entry.Pruned is not null).Concat(adopted.Superseded).ToList();
        if (adopted.Entries.Count(entry => entry.Pruned is null) is var entries and > 0)
        {
            Adopted(entries);
        }

        var partitions = pruned.ToLookup(entry => entry.Partition);
        foreach (var partition in partitions.Take(MaxNamed))
        {
            var (first, next) = (partition.Min(entry => entry.Range.Base), partition.Max(entry => entry.Range.Next));
            Pruned(partition.Key, partition.Sum(entry => entry.Range.Length), first, next - 1);
        }

        if (partitions.Count > MaxNamed)
        {
            PrunedToo(partitions.Count - MaxNamed);
        }
    }

    /// <summary>Segments of a partition were deleted on purpose.</summary>
    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Partition}: another program pruned {Offsets:N0} offsets between {First} and {Last}: they are not backed up again")]
    private partial void Pruned(PartitionId partition, long offsets, long first, long last);

    /// <summary>Further such partitions.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Partitions} more partitions were pruned by another program")]
    private partial void PrunedToo(int partitions);

    /// <summary>Entries of another program were taken over.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Took over {Entries:N0} segments and gaps that manifest.json names and the ledger did not")]
    private partial void Adopted(int entries);

    /// <summary>Says which offsets a backup lacks between others that it has: another program's losses. Many partitions are counted, not named.</summary>
    public void Lacking(LedgerOutline ledger)
    {
        var lacking = ledger.Partitions.Where(partition => partition.Value.Coverage.Ranges.Count > 1).ToList();
        foreach (var (partition, entries) in lacking.Take(MaxNamed))
        {
            var holes = entries.Coverage.Uncovered(new OffsetRange(entries.Coverage.First!.Value, entries.Coverage.Position!.Value)).ToList();
            Lacking(partition, holes.Sum(hole => hole.Length), string.Join(", ", holes.Take(MaxNamed)) + (holes.Count > MaxNamed ? ", …" : ""));
        }

        if (lacking.Count > MaxNamed)
        {
            LackingToo(lacking.Count - MaxNamed);
        }
    }

    /// <summary>A partition of which offsets are missing between others.</summary>
    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Partition}: {Offsets:N0} offsets are in no segment, and nothing says that they were gone: {Ranges}. They are read again, if the source still has them")]
    private partial void Lacking(PartitionId partition, long offsets, string ranges);

    /// <summary>Further such partitions.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partitions} more partition(s) lack offsets between their segments in the same way")]
    private partial void LackingToo(int partitions);

    /// <summary>Offsets that the backup had lacked were read.</summary>
    [LoggerMessage(Level = LogLevel.Information,
        Message = "Of the offsets that the backup lacked, {Records:N0} records came back, {Gone:N0} are gone at the source, {Empty:N0} hold no record")]
    private partial void Healed(long records, long gone, long empty);

    /// <summary>No topic matched.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "No topic matches source.topics; nothing is backed up")]
    public partial void NoTopics();

    /// <summary>A partition could not be read to its end.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition}: a transaction is open at offset {Offset}; what lies behind it is backed up by a run after it has ended")]
    public partial void Blocked(PartitionId partition, long offset);

    /// <summary>A partition's end is held back for too long.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition} ({Amount}): {Problem}")]
    public partial void Held(PartitionId partition, string amount, string problem);

    /// <summary>A partition could not be backed up.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "{Partition}: {Problem}")]
    public partial void PartitionFailed(PartitionId partition, string problem);

    /// <summary>Something that explains what follows and needs nobody.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Sentence}")]
    public partial void Note(string sentence);

    /// <summary>Something the operator should look at.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    public partial void Warning(string problem);

    /// <summary>The user or the system asked for an end.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping: what is uploaded is committed, the rest is left for the next run")]
    public partial void Stopping();

    private static string Topics(BackupPlan plan) => plan.TopicCount == 1 ? "1 topic" : $"{plan.TopicCount} topics";

    private void Started(PartitionWork work)
    {
        var holes = work.Ranges.Count(range => range.Base <= work.SavedOffset);
        if (holes > 0)
        {
            Filling(work.Partition, holes, work.Ranges[0].Base);
        }

        if (holes < work.Ranges.Count)
        {
            if (work.SavedOffset is { } saved)
            {
                StartingAt(work.Partition, work.Ranges[holes].Base, saved);
            }
            else
            {
                StartingNew(work.Partition, work.Ranges[holes].Base);
            }
        }
    }
}
