using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>The client that reads one partition: rented, set to its place, and changed when more or less is to be asked for.</summary>
internal sealed class ReadingClient(KafkaRecordSource pool, PartitionId partition, Func<bool> isStopped)
{
    private readonly TopicPartition _place = new(partition.Topic, new Partition(partition.Number));
    private PooledConsumer? _consumer;
    private LeaderProbe? _probe;
    private BaseProof? _proof;
    private bool _isPatient;

    /// <summary>The client. There is one after <see cref="Begin"/>.</summary>
    public PooledConsumer Consumer => _consumer!;

    /// <summary>Whether the last <see cref="Poll"/> told nothing as it read before the place, and not because nothing came.</summary>
    public bool HasLookedBack { get; private set; }

    /// <summary>Asks the partition's leader through this client.</summary>
    public LeaderProbe Probe => _probe!;

    /// <summary>Lets brokers take their time for an answer, from the next <see cref="Begin"/> on.</summary>
    /// <returns>Whether they could not before.</returns>
    public bool BecomePatient() => !_isPatient && (_isPatient = true);

    /// <summary>Begins to read.</summary>
    /// <param name="size">How much to ask for at a time.</param>
    /// <param name="from">The offset.</param>
    /// <param name="epochBefore">The leader epoch of the record before it, to be proven before anything is taken; null when it is not known.</param>
    public void Begin(AnswerSize size, long from, int? epochBefore)
    {
        Release();
        _consumer = pool.Rent(size, _isPatient);
        _consumer.Errors.Reset();
        _consumer.Answers.Reset();
        _consumer.Assign(new TopicPartitionOffset(_place, new Offset(from)));
        _proof = epochBefore is { } epoch && from > 0 ? new BaseProof(_consumer, partition, from, epoch, isStopped) : null;
        _probe = new LeaderProbe(_consumer.Client, _place);
    }

    /// <summary>The next record or end, or null. None is told before the log before the place is known to be the one that was read.</summary>
    /// <exception cref="LogDivergedException">It is another log.</exception>
    /// <exception cref="BackupException">It cannot be compared.</exception>
    public ConsumeResult<BatchSlice, BatchSlice>? Poll(ConfluentBatch batch, TimeSpan patience)
    {
        HasLookedBack = false;
        var result = Consumer.Poll(batch, patience);
        if (result is null || _proof is not { } proof || proof.StaysOpen(result))
        {
            return result;
        }

        var isAtPlace = proof.Judge(result);
        _proof = null;
        if (isAtPlace)
        {
            return result;
        }

        HasLookedBack = true;
        Consumer.Answers.Reset(); // What was read to prove it is not what is to be read.
        return null;
    }

    /// <summary>Whether the end of the range or an open transaction was met, and not only the high watermark of a new leader that has yet to
    /// hear how far others are.</summary>
    /// <param name="end">The end that the client told.</param>
    /// <param name="wanted">The end of the range.</param>
    public bool IsEnd(ConsumeResult<BatchSlice, BatchSlice> end, long wanted)
    {
        if (end.Offset.Value >= wanted || Consumer.Client.GetWatermarkOffsets(end.TopicPartition).High.Value < wanted)
        {
            return end.Offset.Value >= wanted;
        }

        // The watermark may have come with a later fetch than this end did: only what is asked now tells that a transaction is open here.
        return Consumer.IsLastStable(end.TopicPartitionOffset);
    }

    /// <summary>Gives the client back.</summary>
    public void Release()
    {
        if (_consumer is { } consumer)
        {
            _consumer = null;
            pool.Return(consumer, _probe?.Open ?? Task.CompletedTask);
            _probe = null;
        }
    }
}
