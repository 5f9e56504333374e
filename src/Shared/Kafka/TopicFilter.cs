using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Kafka;

/// <summary>PLACEHOLDER</summary>
public sealed class TopicFilter(TopicsSection section)
{
    /// <summary>x</summary>
    public IReadOnlyList<string> Literals => section.Include;

    /// <summary>x</summary>
    public bool Matches(string topic) => section.Include.Contains(topic);
}
