using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>How far a run is. Immutable.</summary>
internal sealed record RunProgress
{
    /// <summary>A run that has planned nothing yet.</summary>
    public static RunProgress None { get; } = new();

    /// <summary>Orders planned so far.</summary>
    public int Partitions { get; private init; }

    /// <summary>How many of them have ended.</summary>
    public int Done { get; private init; }

    /// <summary>How many offsets they were to read.</summary>
    public long Offsets { get; private init; }

    /// <summary>Records committed by orders that have ended.</summary>
    public long Records { get; private init; }

    /// <summary>Their bytes before compression.</summary>
    public long Bytes { get; private init; }

    /// <summary>What was saved since this was last told, in records and partitions.</summary>
    public (long Records, int Partitions) Saved { get; private init; }

    /// <summary>There is more to do.</summary>
    public RunProgress Plan(IReadOnlyCollection<PartitionWork> work) =>
        this with { Partitions = Partitions + work.Count, Offsets = Offsets + work.Sum(item => item.Length) };

    /// <summary>An order ended.</summary>
    public RunProgress End(PartitionProtocol.PartitionEnded ended, bool wasCancelled) => this with
    {
        Done = Done + (wasCancelled ? 0 : 1),
        Records = Records + ended.Records,
        Bytes = Bytes + ended.Bytes,
        Saved = (Saved.Records + ended.Records, Saved.Partitions + (ended.Records > 0 ? 1 : 0)),
    };

    /// <summary>What was saved has been told.</summary>
    public RunProgress Told() => this with { Saved = (0, 0) };
}
