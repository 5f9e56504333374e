using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>What reading of a restore may take at once, so that it asks its node for as much.</summary>
/// <param name="Bytes">Memory that its permit stands for.</param>
/// <param name="ReadsAhead">Whether that has room for the segments that come next.</param>
internal sealed record RestoreBudget(long Bytes, bool ReadsAhead)
{
    /// <summary>What a partition takes beside its stored segments: 16 MiB of records that wait in its writer, and as much again for what their buffers are larger than they,
    /// two compressed batches, the window of the codec and the record at hand. 32 MiB, as of a backup.</summary>
    public const long BesideSegments = BackupSection.MemoryBesideSegment;

    /// <summary>What each partition of a topic that is repartitioned takes beyond its part of that: two batches of 256 KiB that wait for it and one that is filled, and the least that a
    /// writer gathers. 1 MiB.</summary>
    public const long BesideFeed = 4 * 256 * 1024;

    /// <summary>For an object whose size the backup does not tell: no segment is larger by default, neither here nor of OSO's tool. 128 MiB.</summary>
    public const long UnknownSegment = 128L * 1024 * 1024;

    /// <summary>What one partition takes.</summary>
    /// <param name="order">The partition.</param>
    /// <param name="budget">What the whole restore has.</param>
    public static RestoreBudget Of(RestorePartition order, long budget)
    {
        var groups = PartitionRecords.GroupsOf(order.Segments, order.FirstUnnoted).Select(BytesOf).ToList();
        var single = groups.DefaultIfEmpty().Max() + BesideSegments;
        var overlapping = groups.Zip(groups.Skip(1), (one, next) => one + next).DefaultIfEmpty().Max() + BesideSegments;
        return groups.Count > 1 && overlapping <= budget ? new RestoreBudget(overlapping, ReadsAhead: true) : new RestoreBudget(single, ReadsAhead: false);
    }

    /// <summary>What a topic that is repartitioned takes, with all its partitions at the target: one loop reads, and their writers share the memory of one.</summary>
    /// <param name="share">What it is read from.</param>
    /// <param name="feeds">How many partitions get a part of it.</param>
    public static RestoreBudget Of(RestoredShare share, int feeds)
    {
        var groups = share.Sources.SelectMany(source => PartitionRecords.GroupsOf(source.Segments)).Select(BytesOf);
        return new RestoreBudget(groups.DefaultIfEmpty().Max() + BesideSegments + (feeds * BesideFeed), ReadsAhead: false);
    }

    private static long BytesOf(IEnumerable<ManifestSegment> group) => group.Sum(segment => segment switch
    {
        { CompressedSize: > 0 and var stored } => stored,
        { UncompressedSize: > 0 and var plain } => plain,
        _ => UnknownSegment,
    });
}
