using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What a partition worker's journal, pipeline, timers and questions tell the worker itself.</summary>
/// <remarks>A token says which pipeline or question a message is about: those of an abandoned one are ignored.</remarks>
internal static class WorkerMessages
{
    /// <summary>What the journal says was uploaded and not committed; nothing when there is no journal to be had.</summary>
    internal sealed record JournalRead(IReadOnlyList<SegmentUploaded> Uploaded) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static JournalRead Nothing { get; } = new([]);
    }

    /// <summary>Those uploads of an earlier life that are in the store as they were journaled.</summary>
    internal sealed record OffersChecked(int Token, IReadOnlyList<SegmentUploaded> Sound) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The pipeline stored a segment, or found a range without records.</summary>
    internal sealed record EntryStored(int Token, LedgerEntry Entry) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The pipeline ended, with its memory given back. What it stored was told before.</summary>
    internal sealed record PipelineEnded(int Token, long? BlockedAt, Fault? Failure, bool IsTrimmed) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether there is more to be read than the permit stands for.</summary>
        public bool IsOutgrown { get; init; }

        public static PipelineEnded Of(int token, Exception exception)
        {
            var cause = exception is AggregateException { InnerExceptions: [var only] } ? only : exception;
            return cause is OutgrownException ? new PipelineEnded(token, null, null, IsTrimmed: false) { IsOutgrown = true } : new PipelineEnded(token, null, Fault.Of(cause), cause is OffsetsGoneException);
        }
    }

    /// <summary>Where the partition's log starts and ends now, or why that could not be told.</summary>
    /// <param name="Token">The question.</param>
    /// <param name="Bounds">The answer.</param>
    /// <param name="Failure">Why there is none; null when there is.</param>
    /// <param name="ReadAt">When it was read, ms since 1970.</param>
    internal sealed record BoundsRead(int Token, PartitionBounds Bounds, Fault? Failure, long ReadAt) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The node is drained: the work in hand is to go on elsewhere.</summary>
    internal sealed record GiveBack(Fault Why, Refusal Refusal) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The ledger actor should have answered by now.</summary>
    internal sealed record AnswerDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static AnswerDue Instance { get; } = new();
    }

    /// <summary>The pause after a failure is over.</summary>
    internal sealed record RetryDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static RetryDue Instance { get; } = new();
    }

    /// <summary>The order should have been repeated by now.</summary>
    internal sealed record OrphanedDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static OrphanedDue Instance { get; } = new();
    }

    /// <summary>The journal had long enough to tell what it knows.</summary>
    internal sealed record JournalDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static JournalDue Instance { get; } = new();
    }

    /// <summary>The worker goes: its journal ends behind what it is writing, or is not waited for any longer.</summary>
    internal sealed record JournalEnd : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static JournalEnd Instance { get; } = new();
    }
}
