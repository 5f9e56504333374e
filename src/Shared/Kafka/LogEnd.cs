namespace KafkaBackup.Shared.Kafka;

/// <summary>Which end of a partition's log is asked for.</summary>
public enum LogEnd
{
    /// <summary>The high watermark: behind the last record that all replicas have.</summary>
    HighWatermark,

    /// <summary>The last stable offset: as <see cref="HighWatermark"/>, or the first offset of the oldest open transaction.</summary>
    LastStableOffset,
}
