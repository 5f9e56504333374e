using Akka.Actor;
using Akka.Event;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>What the permits of a node are asked and say. Never leaves the node.</summary>
public static class PermitProtocol
{
    /// <summary>The sender wants a permit; it gets <see cref="PermitGranted"/> in its turn.</summary>
    public sealed record RequestPermit : INoSerializationVerificationNeeded
    {
        private RequestPermit()
        {
        }

        /// <summary>The only one.</summary>
        public static RequestPermit Instance { get; } = new();
    }

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
