using Akka.Actor;
using Akka.Event;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>What the permits of a node are asked and say. Never leaves the node.</summary>
public static class PermitProtocol
{
    /// <summary>The sender wants a permit; it gets <see cref="PermitGranted"/> in its turn.</summary>
    /// <param name="User">The backup or restore that it works for.</param>
    /// <param name="Bytes">Memory that the permit stands for.</param>
    /// <param name="Most">How many permits the user may have on this node at the same time, at least 1.</param>
    public sealed record RequestPermit(PermitUser User, long Bytes, int Most) : INoSerializationVerificationNeeded
    {
        /// <summary>What the user's permits may stand for together; a single one may always be larger. Default: no limit.</summary>
        public long MostBytes { get; init; } = long.MaxValue;

        /// <summary>What the permits of all restores together may stand for, where it is one that asks; a single one may always be larger. Default: no limit.</summary>
        public long MostOfRestores { get; init; } = long.MaxValue;
    }

    /// <summary>The receiver may hold what it asked for in memory until it gives the permit back or stops.</summary>
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
