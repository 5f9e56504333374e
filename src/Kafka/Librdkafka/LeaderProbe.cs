using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Finds out whether a partition's leader lives while it sends no records, as it does when a quota holds its reader back.</summary>
/// <remarks>It asks for offsets, on a thread of its own, while the reader goes on polling. A quota delays answers, but by seconds only.</remarks>
internal sealed class LeaderProbe(IConsumer<BatchSlice, BatchSlice> consumer, TopicPartition partition)
{
    /// <summary>How long one answer is waited for. A stopped reader may have to wait as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Task<bool>? _asked;

    /// <summary>Asks, if no question is open.</summary>
    /// <returns>Whether the leader has answered since the last call.</returns>
    public bool HasAnswered()
    {
        if (_asked is { IsCompleted: false })
        {
            return false;
        }

        var answered = _asked is { Result: true };
        _asked = answered ? null : Task.Run(Ask);
        return answered;
    }

    /// <summary>Waits for the question that is open: until then the client must not be destroyed.</summary>
    public void Settle() => _asked?.Wait();

    private bool Ask()
    {
        try
        {
            consumer.QueryWatermarkOffsets(partition, Patience);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }
}
