namespace KafkaBackup.Kafka.Client;

/// <summary>What is known of a batch after an attempt to send it.</summary>
internal enum ProduceFate
{
    /// <summary>The broker has answered.</summary>
    Answered,

    /// <summary>It never left.</summary>
    NotSent,

    /// <summary>It left, and no answer came: the log may hold it, or come to hold it.</summary>
    Unknown,
}
