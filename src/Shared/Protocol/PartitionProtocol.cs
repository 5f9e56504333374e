namespace KafkaBackup.Shared.Protocol;

/// <summary>What a partition worker is told, asked, and says.</summary>
public static class PartitionProtocol
{
    /// <summary>Back up these ranges, in order. Idempotent: the same order again changes nothing.</summary>
    /// <param name="Key">The worker.</param>
    /// <param name="Assignment">The order, by which the end of the work is told.</param>
    /// <param name="Ranges">Disjoint, ascending ranges that the backup does not answer for yet, as far as the planner knew.</param>
    /// <param name="TopicId">The topic that was planned, by Kafka's id: a topic made anew under its name is another one. Null when it is not known.</param>
    public sealed record AssignPartition(PartitionKey Key, AssignmentId Assignment, IReadOnlyList<OffsetRange> Ranges, string? TopicId) : IPartitionMessage
    {
        /// <summary>The configuration as its user wrote it; null where every node was started with it.</summary>
        public string? Definition { get; init; }

        /// <inheritdoc />
        public int Placement { get; init; }
    }

    /// <summary>Finish or drop what is in hand and stop: sharding's hand-off message, which is why it names nobody and nobody is answered.</summary>
    public sealed record StopPartition : IWireMessage
    {
        private StopPartition()
        {
        }

        /// <summary>The only one.</summary>
        public static StopPartition Instance { get; } = new();
    }

    /// <summary>As <see cref="StopPartition"/>, through sharding; answered by <see cref="PartitionEnded"/>.</summary>
    /// <param name="Key">The worker.</param>
    /// <param name="Assignment">The order that is taken back. Work on another one goes on.</param>
    /// <param name="Abandon">Whether what is uploaded is to be given up as well, because nobody can commit it any more.</param>
    public sealed record CancelPartition(PartitionKey Key, AssignmentId Assignment, bool Abandon) : IPartitionMessage
    {
        /// <inheritdoc />
        public int Placement { get; init; }
    }

    /// <summary>Asks what a worker is doing; answered by <see cref="PartitionStatus"/> in every state.</summary>
    public sealed record GetPartitionStatus(PartitionKey Key) : IPartitionMessage;

    /// <summary>What a worker is doing.</summary>
    /// <param name="Key">The worker.</param>
    /// <param name="Phase">The state's name.</param>
    /// <param name="Position">Where its last committed entry ends, as far as it knows; null when it knows of none.</param>
    public sealed record PartitionStatus(PartitionKey Key, string Phase, long? Position) : IPartitionMessage;

    /// <summary>A worker is through with its assignment, or its assignment was cancelled, or it gave up.</summary>
    /// <param name="Key">The worker.</param>
    /// <param name="Assignment">The order that it worked on.</param>
    /// <param name="Failure">Why it gave up; null when it did not.</param>
    /// <param name="BlockedAt">The offset behind which nothing can be read yet, as an open transaction begins there; null when all was read.</param>
    public sealed record PartitionEnded(PartitionKey Key, AssignmentId Assignment, Fault? Failure, long? BlockedAt) : IPartitionMessage
    {
        /// <summary>Records that the assignment committed.</summary>
        public long Records { get; init; }

        /// <summary>Their bytes before compression.</summary>
        public long Bytes { get; init; }

        /// <summary>Who did not take the order, or gave it back; null when it was worked on to its end, whatever that was. With it goes a failure.</summary>
        public Refusal? Refusal { get; init; }
    }
}
