using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Hears from a client's log which cluster it is connected to.</summary>
/// <remarks>The client could be asked to describe the cluster, but ends the process when that has no id; its log tells each id that brokers told.</remarks>
internal sealed partial class ClusterIdLog
{
    /// <summary>What librdkafka has to be asked to log.</summary>
    public const string DebugContext = "generic";

    private volatile string? _current;

    /// <summary>The id in the brokers' last answer that had one; null when none had.</summary>
    public string? Current => _current;

    /// <summary>Takes a line of the log. The client writes it before it gives out the answer that it is about.</summary>
    public void Hear(LogMessage message)
    {
        if (message.Facility == "CLUSTERID" && Update().Match(message.Message) is { Success: true } update)
        {
            _current = update.Groups["id"].Value is { Length: > 0 } id ? id : null;
        }
    }

    [GeneratedRegex("ClusterId update \"[^\"]*\" -> \"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Update();
}
