using System.Collections.Frozen;

namespace KafkaBackup.Shared.Oso;

/// <summary>Which settings of a topic OSO's tool writes into a manifest, and gives to the topics that its restore makes.</summary>
/// <remarks>Not among them are settings that mean something in one cluster only, such as throttled replicas and tiered storage: a restore that
/// applies them would do harm, or fail.</remarks>
public static class TopicConfigurationKeys
{
    /// <summary>The longest value that is kept. All of them are numbers or words of a choice; what is longer is no such value, and would burst
    /// messages.</summary>
    public const int MaxValueLength = 256;

    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "cleanup.policy", "compression.type", "delete.retention.ms", "file.delete.delay.ms", "flush.messages", "flush.ms", "index.interval.bytes",
        "max.compaction.lag.ms", "max.message.bytes", "message.downconversion.enable", "message.format.version",
        "message.timestamp.difference.max.ms", "message.timestamp.type", "min.cleanable.dirty.ratio", "min.compaction.lag.ms",
        "min.insync.replicas", "preallocate", "retention.bytes", "retention.ms", "segment.bytes", "segment.index.bytes", "segment.jitter.ms",
        "segment.ms", "unclean.leader.election.enable");

    /// <summary>Whether a manifest keeps the setting.</summary>
    public static bool Keeps(string name, string? value) => value is { Length: <= MaxValueLength } && Names.Contains(name);
}
