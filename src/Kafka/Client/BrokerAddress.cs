using System.Globalization;

namespace KafkaBackup.Kafka.Client;

/// <summary>Where a broker listens.</summary>
/// <param name="Host">A name or an IP address, without brackets.</param>
/// <param name="Port">The port.</param>
internal sealed record BrokerAddress(string Host, int Port)
{
    /// <summary>Kafka's port where none is given, as librdkafka takes it.</summary>
    private const int DefaultPort = 9092;

    /// <summary>Reads <c>host:port</c> of <c>bootstrap_servers</c>; an IPv6 address stands in brackets.</summary>
    public static BrokerAddress Parse(string text)
    {
        var end = text.LastIndexOf(':');
        var hasPort = end > text.LastIndexOf(']') && text.AsSpan(end + 1) is { Length: > 0 };
        var host = (hasPort ? text[..end] : text).Trim('[', ']');
        return new BrokerAddress(host, hasPort ? int.Parse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture) : DefaultPort);
    }

    /// <inheritdoc />
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
