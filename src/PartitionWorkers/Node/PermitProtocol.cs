using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>What the permits of a node are asked and say. Never leaves the node.</summary>
public static class PermitProtocol
{
    /// <summary>The sender wants a permit; it gets <see cref="PermitGranted"/> in its turn.</summary>
    /// <param name="Backup">The backup that it works for.</param>
    /// <param name="Bytes">Memory that the permit stands for.</param>
    /// <param name="Most">How many permits the backup may have on this node at the same time, at least 1.</param>
    public sealed record RequestPermit(BackupId Backup, long Bytes, int Most) : INoSerializationVerificationNeeded;

    /// <summary>The receiver may hold a segment in memory until it gives the permit back or stops.</summary>
    public sealed record PermitGranted : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        private PermitGranted()
        {
        }

        /// <summary>The only one.</summary>
        public static PermitGranted Instance { get; } = new();
    }

    /// <summary>The sender gives its permit back, or leaves the queue.</summary>
    public sealed record ReleasePermit : INoSerializationVerificationNeeded
    {
        private ReleasePermit()
        {
        }

        /// <summary>The only one.</summary>
        public static ReleasePermit Instance { get; } = new();
    }
}
