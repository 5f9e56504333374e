using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Whether a restore would fail by what a dry run has counted. Pure.</summary>
internal static class PlannedHarms
{
    /// <summary>What the target would do to the records of a topic.</summary>
    public static RecordHarms Of(IEnumerable<PartitionRestored> partitions) => partitions.Aggregate(default(RecordHarms), (sum, partition) => sum + partition.Harms);

    /// <summary>Why it would fail: by topics, with what an operator can do.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="partitions">What was read.</param>
    /// <param name="policy">What is done about settings of topics that are there.</param>
    public static IEnumerable<Fault> FaultsOf(IEnumerable<RestoreTopic> topics, IEnumerable<PartitionRestored> partitions, RetentionPolicy policy)
    {
        var byTopic = partitions.ToLookup(partition => partition.Order.Target.Topic);
        foreach (var topic in topics)
        {
            var (name, harms) = (topic.Made.Name, Of(byTopic[topic.Made.Name]));
            if (harms.TooLarge > 0 && KnowsSize(topic))
            {
                yield return Wrong($"{harms.TooLarge:N0} record(s) for topic '{name}' are each larger than its max.message.bytes, which is {byTopic[name].First().Order.Limits.MessageBytes:N0}: the restore would stop at the first of them. "
                    + $"Raise it, {(topic.Exists ? "at the topic" : "by restore.topic_configs")}.");
            }

            var isAsIs = topic.Exists && policy is RetentionPolicy.Refuse or RetentionPolicy.Ignore;
            if (isAsIs && harms.OutOfTime + harms.WithoutKey is > 0 and var refused)
            {
                yield return Wrong($"Topic '{name}' at the target would refuse {refused:N0} record(s), {harms.OutOfTime:N0} for their time and {harms.WithoutKey:N0} as they have no key: the restore would stop at the first of them. "
                    + "Let restore.retention_policy be hold, which changes its settings, or skip, which leaves such records out.");
            }

            if (isAsIs && policy == RetentionPolicy.Refuse && harms.TooOld > 0)
            {
                yield return Wrong($"Topic '{name}' at the target would delete {harms.TooOld:N0} record(s) for their age. Let restore.retention_policy be hold, which changes its settings, or skip, which leaves such records out, or ignore.");
            }
        }
    }

    /// <summary>What brokers take where a topic says nothing of it is known of topics that are there only.</summary>
    public static bool KnowsSize(RestoreTopic topic) => topic.Exists || topic.Made.Configurations.ContainsKey("max.message.bytes");

    /// <summary>As the restore itself would fail.</summary>
    private static Fault Wrong(string sentence) => new(FailureKind.Source, sentence, IsRetryable: false);
}
