using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Hears from a client's log which cluster it is connected to.</summary>
/// <remarks>The client could be asked to describe the cluster, but ends the process when that has no id; its log tells each id that brokers
/// told.</remarks>
internal sealed class ClusterIdLog
{
    /// <summary>What librdkafka has to be asked to log.</summary>
    public const string DebugContext = "generic";

    private const string Arrow = " -> \"";

    private volatile string? _current;

    /// <summary>The id in the brokers' last answer that had one; null when none had.</summary>
    public string? Current => _current;

    /// <summary>Takes a line of the log, as <c>… ClusterId update "old" -> "new"</c>. The client writes it before it gives out the answer
    /// that it is about.</summary>
    public void Hear(LogMessage message)
    {
        if (message.Facility == "CLUSTERID" && message.Message.IndexOf(Arrow, StringComparison.Ordinal) is >= 0 and var arrow)
        {
            _current = message.Message[(arrow + Arrow.Length)..].TrimEnd('"') is { Length: > 0 } id ? id : null;
        }
    }
}
