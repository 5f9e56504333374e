namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>What a control record says. The value is that of its key; there are others, which concern brokers only.</summary>
public enum ControlRecordType : short
{
    /// <summary>The transaction of the batch's producer was aborted: its records do not count.</summary>
    Abort = 0,

    /// <summary>The transaction of the batch's producer was committed.</summary>
    Commit = 1,
}
