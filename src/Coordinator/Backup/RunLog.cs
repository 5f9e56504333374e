using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a user reads of a run, line by line. Scripts look for these sentences: they change only with a note in the changelog.</summary>
public sealed partial class RunLog(ILogger<RunLog> logger)
{
    /// <summary>Says where a run starts: what was found, then each partition with something to do.</summary>
    public void Started(BackupPlan plan, bool isIncremental)
    {
        if (plan.TopicCount == 0)
        {
            NoTopics();
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
    public void Finished(ManifestProtocol.RunFinished finished, BackupPlan plan)
    {
        var topics = plan.TopicCount == 1 ? "1 topic" : $"{plan.TopicCount} topics";
        if (plan.HasPositions)
        {
            BackedUpNew(finished.Records, topics);
        }
        else
        {
            BackedUp(finished.Records, topics);
        }

        if (finished.OffsetsPlace is { } place)
        {
            OffsetsSynced(place);
        }
    }

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

    /// <summary>Entries of another program were taken over.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Took over {Entries:N0} segments and gaps that manifest.json names and the ledger did not")]
    public partial void Adopted(int entries);

    /// <summary>No topic matched.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "No topic matches source.topics; nothing is backed up")]
    public partial void NoTopics();

    /// <summary>A partition could not be read to its end.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition}: a transaction is open at offset {Offset}; what lies behind it is backed up by a run after it has ended")]
    public partial void Blocked(PartitionId partition, long offset);

    /// <summary>A partition could not be backed up.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "{Partition}: {Problem}")]
    public partial void PartitionFailed(PartitionId partition, string problem);

    /// <summary>Something the operator should look at.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    public partial void Warning(string problem);

    /// <summary>The user or the system asked for an end.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping: what is uploaded is committed, the rest is left for the next run")]
    public partial void Stopping();

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
