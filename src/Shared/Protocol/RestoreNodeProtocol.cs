using KafkaBackup.Shared.Kafka;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>What the conductor of a restore and the nodes that work for it say to each other.</summary>
/// <remarks>A node works only while it is asked how far it is: a conductor that has gone may have been followed by another one, which will order the same partitions from others.</remarks>
public static class RestoreNodeProtocol
{
    /// <summary>After how long a node ends all writing for an attempt, from when it gave the last answer that it knows to have been heard.</summary>
    public static readonly TimeSpan NodeLapse = TimeSpan.FromSeconds(20);

    /// <summary>After how long without an answer the node is known to have done so, and its partitions are ordered from others.</summary>
    public static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(30);

    /// <summary>How often a node is asked.</summary>
    public static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(2);

    /// <summary>How many orders a message carries.</summary>
    public const int MostOrders = 20;

    /// <summary>Restore these partitions. They are begun once all <paramref name="Total"/> of the batch have come.</summary>
    /// <param name="Attempt">One attempt of a restore: what it has written is cut off as one.</param>
    /// <param name="Batch">Orders that are begun together.</param>
    /// <param name="Total">How many orders the batch has, in this message and others.</param>
    /// <param name="Definition">The configuration as its user wrote it.</param>
    /// <param name="Orders">Some of the orders.</param>
    public sealed record OrderRestore(string Attempt, string Batch, int Total, string Definition, IReadOnlyList<NodeOrder> Orders) : IWireMessage
    {
        /// <summary>From which segments, where that is the same for all of the orders, as of a topic that is repartitioned; null where each order says so.</summary>
        public RestoreExtent? Extent { get; init; }

        /// <summary>Whether nothing is to be written.</summary>
        public bool IsDryRun { get; init; }

        /// <summary>What the batch may send in a second.</summary>
        public required RateShare Rate { get; init; }
    }

    /// <summary>An order for a node.</summary>
    /// <param name="Source">As <see cref="RestorePartition.Source"/>.</param>
    /// <param name="Target">Where it goes.</param>
    public sealed record NodeOrder(PartitionId Source, PartitionId Target)
    {
        /// <summary>From which segments: the node reads the backup for them. Null where <see cref="OrderRestore.Extent"/> says so for all.</summary>
        public RestoreExtent? Extent { get; init; }

        /// <summary>As <see cref="RestorePartition.Base"/>.</summary>
        public long Base { get; init; }

        /// <summary>As <see cref="RestorePartition.There"/>.</summary>
        public long There { get; init; }

        /// <summary>As <see cref="RestorePartition.IsComparison"/>.</summary>
        public bool IsComparison { get; init; }

        /// <summary>As <see cref="RestorePartition.Limits"/>.</summary>
        public required TargetLimits Limits { get; init; }

        /// <summary>As <see cref="RestorePartition.Rules"/>.</summary>
        public RecordRules Rules { get; init; } = RecordRules.None;

        /// <summary>As <see cref="RestorePartition.Marks"/>, packed.</summary>
        public string Marks { get; init; } = "";

        /// <summary>As <see cref="RestorePartition.Noted"/>.</summary>
        public NodePosition? Noted { get; init; }
    }

    /// <summary>How far a partition is.</summary>
    /// <param name="Target">The partition at the target.</param>
    /// <param name="Records">As <see cref="RestoredSoFar.Records"/>.</param>
    /// <param name="SourceOffset">As <see cref="RestoredSoFar.SourceOffset"/>.</param>
    public sealed record NodePosition(PartitionId Target, long Records, long SourceOffset)
    {
        /// <summary>As <see cref="RestoredSoFar.Differences"/>; the first of them.</summary>
        public IReadOnlyList<string> Differences { get; init; } = [];

        /// <summary>The places of the first of the order's marks, packed.</summary>
        public string Marked { get; init; } = "";

        /// <summary>As <see cref="RestoredSoFar.Span"/>.</summary>
        public RestoredSpan? Span { get; init; }

        /// <summary>As <see cref="RestoredSoFar.Harms"/>.</summary>
        public RecordHarms Harms { get; init; }
    }

    /// <summary>What may be sent in a second.</summary>
    /// <param name="Records">Records; null: as many as will.</param>
    /// <param name="Bytes">Bytes of keys, values and headers; null: as many as will.</param>
    public sealed record RateShare(double? Records, double? Bytes);

    /// <summary>How far is it? Answered by <see cref="NodeNews"/>, one or several.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Batch">The batch.</param>
    /// <param name="Rate">What it may send from now on.</param>
    public sealed record AskNode(string Attempt, string Batch, RateShare Rate) : IWireMessage
    {
        /// <summary>Which question of the batch it is, from 1 on.</summary>
        public long Number { get; init; }

        /// <summary>The number of the last question to which an answer came; 0 for none.</summary>
        public long Heard { get; init; }
    }

    /// <summary>How far a batch is.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Batch">The batch.</param>
    /// <param name="IsKnown">Whether the node works, or has worked, on it: one that was started anew does not.</param>
    public sealed record NodeNews(string Attempt, string Batch, bool IsKnown) : IWireMessage
    {
        /// <summary>The question that is answered; 0: none, as it tells that it does not take an order.</summary>
        public long Number { get; init; }

        /// <summary>Why the node does not take the batch; null when it does.</summary>
        public Fault? Refusal { get; init; }

        /// <summary>How far partitions are.</summary>
        public IReadOnlyList<NodePosition> Positions { get; init; } = [];

        /// <summary>Partitions that have come to their end, as told in each answer.</summary>
        public IReadOnlyList<NodeRestored> Ended { get; init; } = [];

        /// <summary>Records of the batch that the node has read.</summary>
        public long Records { get; init; }

        /// <summary>Bytes of those of them that are wanted.</summary>
        public long Bytes { get; init; }
    }

    /// <summary>A partition has come to its end: <see cref="PartitionRestored"/> without its order.</summary>
    public sealed record NodeRestored(PartitionId Target)
    {
        /// <summary>As <see cref="PartitionRestored.Records"/>.</summary>
        public long Records { get; init; }

        /// <summary>As <see cref="PartitionRestored.Bytes"/>.</summary>
        public long Bytes { get; init; }

        /// <summary>As <see cref="PartitionRestored.Markers"/>.</summary>
        public long Markers { get; init; }

        /// <summary>As <see cref="PartitionRestored.FirstMarker"/>.</summary>
        public long? FirstMarker { get; init; }

        /// <summary>As <see cref="PartitionRestored.Filtered"/>.</summary>
        public FilteredRecords Filtered { get; init; }

        /// <summary>As <see cref="PartitionRestored.Harms"/>.</summary>
        public RecordHarms Harms { get; init; }

        /// <summary>The places of all of the order's marks, packed; empty when it was not read to its end.</summary>
        public string Marked { get; init; } = "";

        /// <summary>As <see cref="PartitionRestored.Span"/>.</summary>
        public RestoredSpan? Span { get; init; }

        /// <summary>As <see cref="PartitionRestored.Differences"/>; the first of them.</summary>
        public IReadOnlyList<string> Differences { get; init; } = [];

        /// <summary>As <see cref="PartitionRestored.WasStopped"/>.</summary>
        public bool WasStopped { get; init; }

        /// <summary>As <see cref="PartitionRestored.Failure"/>.</summary>
        public Fault? Failure { get; init; }
    }

    /// <summary>Come to an end with a batch, in good order.</summary>
    public sealed record StopBatch(string Attempt, string Batch) : IWireMessage;

    /// <summary>A batch is over, and nothing of it will be asked again.</summary>
    public sealed record ForgetBatch(string Attempt, string Batch) : IWireMessage;

    /// <summary>End all writing of an attempt at once. Answered by <see cref="AttemptCutOff"/> when nothing of it can arrive any more.</summary>
    public sealed record CutOffAttempt(string Attempt) : IWireMessage;

    /// <summary>Nothing of an attempt can come from this node any more.</summary>
    public sealed record AttemptCutOff(string Attempt) : IWireMessage;
}
