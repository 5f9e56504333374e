namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What is known of the log before a range.</summary>
internal enum BaseVerdict
{
    /// <summary>It is the log that was read, as far as can be told.</summary>
    Same,

    /// <summary>It is another.</summary>
    Diverged,

    /// <summary>The leader has changed since, and only a record before the range can tell.</summary>
    LookBack,
}
