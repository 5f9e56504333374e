using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Configuration;

/// <summary>How a restore sends records.</summary>
public sealed record ProduceSettings
{
    /// <summary><c>compression</c>: of what goes to topics that keep batches as they come; a topic that has a codec of its own is sent that. Default:
    /// <see cref="RecordCodec.Zstd"/>.</summary>
    public RecordCodec Compression { get; init; } = RecordCodec.Zstd;

    /// <summary><c>produce_acks</c>: who acknowledges records. Default: <see cref="ProduceAcks.All"/>.</summary>
    public ProduceAcks Acks { get; init; }

    /// <summary><c>produce_timeout_ms</c>: how long a broker waits for its replicas before it answers that they do not have a batch; 100 ms to 240 s. Default: 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
