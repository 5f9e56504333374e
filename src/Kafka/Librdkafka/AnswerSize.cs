namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>How much packed data a client asks of a broker in one answer to a fetch. In order of size.</summary>
/// <remarks>librdkafka unpacks all of an answer at once, whatever that takes, so that what is asked for is all that bounds its memory.</remarks>
internal enum AnswerSize
{
    /// <summary>One batch; and where it is packed with zstd, it may unpack to more than with the others.</summary>
    OneLargeBatch,

    /// <summary>One batch: less than that Kafka does not give.</summary>
    OneBatch,

    /// <summary>A sixteenth of <c>fetch_max_bytes</c>.</summary>
    Part,

    /// <summary><c>fetch_max_bytes</c>.</summary>
    Whole,
}
