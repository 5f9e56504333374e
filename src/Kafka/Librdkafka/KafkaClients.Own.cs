using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Kafka.Librdkafka;

/// <content>The client that is no librdkafka.</content>
public sealed partial class KafkaClients
{
    private int _ownRefusals;

    private string MechanismName => _source.Security.Mechanism is { } mechanism ? SaslMechanismNames.NameOf(mechanism) : "none";

    /// <summary>Reads the cluster's records by the client that the configuration names, or else by our own where it can log in. The log is told which.</summary>
    /// <exception cref="BackupException">The one that is named cannot log in.</exception>
    public IRecordSource CreateSource()
    {
        var canLogIn = SaslExchanges.Speak(_source.Security);
        if (_source.Client == SourceClient.Native && !canLogIn)
        {
            throw new BackupException(FailureKind.Configuration,
                $"{_source.Name}.client: 'native' cannot log in with sasl_mechanism {MechanismName}; leave it out, or set it to librdkafka.");
        }

        var client = _source.Client ?? (canLogIn ? SourceClient.Native : SourceClient.Librdkafka);
        LogClient(_logger, client == SourceClient.Native && _source.Client is null ? LogLevel.Debug : LogLevel.Information, _source.Name, $"{client}".ToLowerInvariant(), _source.Client is not null ? "as configured" : canLogIn ? "by default" : $"as native cannot log in with sasl_mechanism {MechanismName}");
        return client == SourceClient.Native ? new NativeRecordSource(this) : new KafkaRecordSource(this);
    }

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
            LogNoMetadata(_logger, _source.Name, $"{MechanismName}");
        }

        return null;
    }

    [LoggerMessage(Message = "Records are read by {Section}.client {Client}, {Why}")]
    private static partial void LogClient(ILogger logger, LogLevel level, string section, string client, string why);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Offsets of consumer groups are read and set without their metadata and leader epochs: with {Section}.security.sasl_mechanism {Mechanism} only a client gets in that knows neither")]
    private static partial void LogNoMetadata(ILogger logger, string section, string mechanism);
}
