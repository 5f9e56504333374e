namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Whose clock the timestamps of a batch are of. The value is that of bit 3 of its attributes.</summary>
public enum TimestampType
{
    /// <summary>The producer's, a timestamp for each record.</summary>
    CreateTime = 0,

    /// <summary>The broker's at the append; the batch's greatest timestamp is that of every record.</summary>
    LogAppendTime = 1,
}
