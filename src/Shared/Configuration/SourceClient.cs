namespace KafkaBackup.Shared.Configuration;

/// <summary>What reads records of the source: <c>source.client</c>.</summary>
public enum SourceClient
{
    /// <summary><c>librdkafka</c>.</summary>
    Librdkafka,

    /// <summary><c>native</c>: the client of our own, which reads records where they lie in a broker's answer.</summary>
    Native,
}
