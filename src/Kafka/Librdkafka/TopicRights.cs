using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Says which right a user lacks.</summary>
internal static class TopicRights
{
    private const int MaxNamed = 10;

    /// <summary>Says of which topics the configuration is not told, and what to do; null when it is told of all.</summary>
    public static string? ConfigurationProblem(IReadOnlyList<(string Topic, Error Error)> refused)
    {
        if (refused.Count == 0)
        {
            return null;
        }

        var (first, isAboutRights) = (refused[0].Error, refused.All(topic => topic.Error.Code == ErrorCode.TopicAuthorizationFailed));
        var named = string.Join(", ", refused.Take(MaxNamed).Select(topic => $"'{topic.Topic}'"));
        var more = refused.Count > MaxNamed ? $" and {refused.Count - MaxNamed} more topics" : "";
        var reason = isAboutRights
            ? "the user has no right to. Give the user the right DescribeConfigs on them."
            : $"the broker says of '{refused[0].Topic}': {first.Reason.TrimEnd('.')}.";
        return $"The configuration of {named}{more} could not be read: {reason}";
    }

    /// <summary>The failure of a topic that the user may not read; null when the error is another.</summary>
    public static BackupException? Failure(string topic, Error error, Exception? cause = null) => error.Code == ErrorCode.TopicAuthorizationFailed
        ? new BackupException(FailureKind.Source,
            $"the user has no right to read it. Give the user the rights Describe and Read on topic '{topic}'. The broker says: {error.Reason.TrimEnd('.')}.", cause)
        : null;
}
