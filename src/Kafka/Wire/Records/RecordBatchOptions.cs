namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>What a batch to be written says of itself. The defaults are those of a plain producer.</summary>
public sealed record RecordBatchOptions
{
    /// <summary>The offset that the batch starts at. Producers write 0, and the broker sets it. Default 0.</summary>
    public long BaseOffset { get; init; }

    /// <summary>The epoch of the leader that appends the batch. Default -1, not appended.</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>How the records are compressed. Default not at all.</summary>
    public BatchCodec Codec { get; init; }

    /// <summary>Whether Snappy writes one bare block, as librdkafka does, instead of the framing of Java's library. Default false.</summary>
    public bool BareSnappy { get; init; }

    /// <summary>The broker's time of the append, ms since 1970, that becomes every record's timestamp. Default none: CreateTime.</summary>
    public long? LogAppendTime { get; init; }

    /// <summary>Whether the batch belongs to a transaction. Default false.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>Whether the records are the broker's own marks. Default false.</summary>
    public bool IsControl { get; init; }

    /// <summary>The id of the idempotent or transactional producer. Default -1, none.</summary>
    public long ProducerId { get; init; } = -1;

    /// <summary>The epoch of the producer id. Default -1, none.</summary>
    public short ProducerEpoch { get; init; } = -1;

    /// <summary>The producer's sequence number of the first record. Default -1, none.</summary>
    public int BaseSequence { get; init; } = -1;
}
