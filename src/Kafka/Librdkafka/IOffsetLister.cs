using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks the leaders of partitions for offsets.</summary>
internal interface IOffsetLister
{
    /// <summary>The answer of each partition: an offset, which is below 0 where there is none, or an error.</summary>
    /// <param name="asked">Partitions, each once, with what is asked for.</param>
    /// <param name="isolation">Whether the latest offset is the end of the log, or of what is committed.</param>
    /// <param name="patience">How long answers are waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    Task<IEnumerable<TopicPartitionOffsetError>> ListAsync(
        IReadOnlyList<TopicPartitionOffsetSpec> asked, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation);

    /// <summary>Has the leaders of topics looked for anew before they are asked next.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="patience">How long that may take.</param>
    /// <param name="cancellation">Gives up.</param>
    Task RefreshAsync(IEnumerable<string> topics, TimeSpan patience, CancellationToken cancellation);
}
