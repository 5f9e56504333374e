using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks a partition's leader where the log starts and ends while it sends no records, as when a quota holds its reader back.</summary>
/// <remarks>It asks on a thread of its own, while the reader goes on polling. A quota delays answers, but by seconds only.</remarks>
internal sealed class LeaderProbe(IConsumer<BatchSlice, BatchSlice> consumer, TopicPartition partition)
{
    /// <summary>How long one answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Task<ProbeAnswer>? _asked;

    /// <summary>Whether a question has no answer yet: until it has, the client must not be destroyed.</summary>
    public Task Open => _asked ?? Task.CompletedTask;

    /// <summary>The answer since the last call; null when there is none, or nothing was asked.</summary>
    public ProbeAnswer? Take()
    {
        if (_asked is not { IsCompleted: true })
        {
            return null;
        }

        var answer = _asked.Result;
        _asked = null;
        return answer;
    }

    /// <summary>Asks, if no question is open.</summary>
    public void Ask() => _asked ??= Task.Factory.StartNew(Query, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private ProbeAnswer Query()
    {
        try
        {
            // To a reader of committed records the client tells the last stable offset; the high watermark comes with every answer to a fetch.
            var asked = consumer.QueryWatermarkOffsets(partition, Patience);
            var fetched = consumer.GetWatermarkOffsets(partition);
            return new ProbeAnswer(Math.Max(asked.High.Value, fetched.High.Value), null);
        }
        catch (KafkaException e)
        {
            return new ProbeAnswer(0, e.Error);
        }
    }
}
