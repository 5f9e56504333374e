using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>A consumer and what it complains about.</summary>
internal sealed class PooledConsumer : IDisposable
{
    /// <summary>How long a client surely knows the leaders of a topic that it reads no more.</summary>
    private static readonly TimeSpan StaysKnown = TimeSpan.FromSeconds(5);

    /// <summary>A client costs some 60 ms to make.</summary>
    private const int MostTopics = 16;

    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly Timestamp Latest = new(Offset.End.Value, TimestampType.CreateTime);

    private readonly BatchDeserializer _deserializer = new();
    private readonly KafkaClients _clients;
    private readonly int _generation;
    private readonly bool _isPatient;
    private string? _topic;
    private int _topics;
    private long _returnedAt;

    public PooledConsumer(KafkaClients clients, AnswerSize size, bool isPatient)
    {
        (Size, _isPatient) = (size, isPatient);
        (_clients, _generation) = (clients, clients.RefreshFiles());
        Errors = new ClientErrors(TimeProvider.System);
        Client = clients.CreateConsumer(Errors, _deserializer, Answers, size, isPatient);
    }

    /// <summary>How much it asks for at a time.</summary>
    public AnswerSize Size { get; }

    public FetchAnswers Answers { get; } = new();

    public ClientErrors Errors { get; }

    public IConsumer<BatchSlice, BatchSlice> Client { get; }

    /// <summary>Whether another client would do better: librdkafka goes through all partitions of all topics that it ever read, over and
    /// over; and it stays with the certificates that it was made with.</summary>
    /// <remarks>An answer that was too large may still be under way; and the client for large batches, or with patience, is hardly ever needed.</remarks>
    public bool IsExpired => _topics >= MostTopics || _generation != _clients.FilesGeneration
        || Errors.Oversize.Seen > 0 || Size == AnswerSize.OneLargeBatch || _isPatient;

    /// <summary>Makes the client read <paramref name="from"/> on.</summary>
    /// <remarks>
    /// Of a topic that is new to it, librdkafka learns the leaders only when a timer of a second fires; it learns them at once when it is asked for an
    /// offset. Only to be quick: what is wrong with the topic, reading tells.
    /// </remarks>
    public void Assign(TopicPartitionOffset from)
    {
        if (from.Topic != _topic || TimeProvider.System.GetElapsedTime(_returnedAt) > StaysKnown)
        {
            try
            {
                Client.OffsetsForTimes([new TopicPartitionTimestamp(from.TopicPartition, Latest)], Patience);
            }
            catch (KafkaException)
            {
            }
        }

        if (from.Topic != _topic)
        {
            (_topic, _topics) = (from.Topic, _topics + 1);
        }

        Client.Assign(from);
    }

    /// <summary>Makes the client stop reading.</summary>
    /// <exception cref="KafkaException">It cannot, and is of no use any more.</exception>
    public void Unassign()
    {
        _deserializer.Target = null;
        Client.Unassign();
        _returnedAt = TimeProvider.System.GetTimestamp();
    }

    /// <summary>Whether no committed record can be had behind this place at the moment: the broker is asked, for 10 s at most.</summary>
    public bool IsLastStable(TopicPartitionOffset place)
    {
        try
        {
            // To a reader of committed records the client tells the last stable offset.
            return Client.QueryWatermarkOffsets(place.TopicPartition, QueryLimit).High.Value <= place.Offset.Value;
        }
        catch (KafkaException e)
        {
            Errors.Note(e.Error);
            return false; // Records, or silence, tell how it goes on.
        }
    }

    /// <summary>The next record or end, or null. The record's key and value are in <paramref name="batch"/>, to which it can be added.</summary>
    public ConsumeResult<BatchSlice, BatchSlice>? Poll(ConfluentBatch batch, TimeSpan patience)
    {
        _deserializer.Target = batch;
        return Client.Consume(patience);
    }

    public void Dispose()
    {
        Client.Dispose();
        Errors.Dispose();
    }
}
