using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Kafka.Librdkafka;

/// <content>The client that is no librdkafka.</content>
public sealed partial class KafkaClients
{
    private int _ownRefusals;

    /// <summary>Reads the cluster's records by the client that the configuration names.</summary>
    public IRecordSource CreateSource() => _source.Client == SourceClient.Native ? new NativeRecordSource(this) : new KafkaRecordSource(this);

    /// <summary>A client of the same cluster that is not of librdkafka, and connects when it is needed; null when it cannot log in as it would have to, which the log is told
    /// once.</summary>
    internal ClusterClient? CreateOwn()
    {
        if (SaslExchanges.Speak(_source.Security))
        {
            return new ClusterClient(_source);
        }

        if (Interlocked.Increment(ref _ownRefusals) == 1)
        {
            LogNoMetadata(_logger, _source.Name, $"{_source.Security.Mechanism}");
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Offsets of consumer groups are read and set without their metadata and leader epochs: with {Section}.security.sasl_mechanism {Mechanism} only a client gets in that knows neither")]
    private static partial void LogNoMetadata(ILogger logger, string section, string mechanism);
}
