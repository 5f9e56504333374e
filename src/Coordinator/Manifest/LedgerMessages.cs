using KafkaBackup.Shared.Protocol;
using Akka.Actor;
using Akka.Event;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>What a ledger actor's operations and timers tell the actor itself.</summary>
internal static class LedgerMessages
{
    /// <summary>The operation under way succeeded.</summary>
    /// <param name="Then">What the actor does about it, on its own thread.</param>
    internal sealed record OperationDone(Action Then) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The operation under way failed for good.</summary>
    internal sealed record OperationFailed(Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The next swap of the head may start.</summary>
    internal sealed record CommitDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static CommitDue Instance { get; } = new();
    }

    /// <summary>No run has wanted the ledger for a while.</summary>
    internal sealed record IdleDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static IdleDue Instance { get; } = new();
    }

    /// <summary>The views should be looked at.</summary>
    internal sealed record SyncDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static SyncDue Instance { get; } = new();
    }
}
