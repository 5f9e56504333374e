using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>The producers of a partition and their transactions, open and aborted.</summary>
internal sealed class ProducerIndex
{
    private readonly Dictionary<long, ProducerState> _producers = [];
    private readonly List<AbortedTransaction> _aborted = [];

    /// <summary>The first offset of the earliest open transaction.</summary>
    public long? FirstOpen { get; private set; }

    /// <summary>What the producers count against the memory limit.</summary>
    public long Cost => _producers.Count * (long)ProducerState.Cost;

    /// <summary>Whether the producer wrote here before.</summary>
    public bool Knows(long producerId) => _producers.ContainsKey(producerId);

    /// <summary>Judges a batch of an idempotent producer: null to append it, else the answer to give.</summary>
    public AppendResult? Check(RecordBatchHeader batch) => _producers.TryGetValue(batch.ProducerId, out var state) ? state.Check(batch) : null;

    /// <summary>Remembers a batch of an idempotent producer that was appended.</summary>
    public void Add(RecordBatchHeader batch)
    {
        State(batch.ProducerId).Add(batch);
        FirstOpen ??= batch.IsTransactional ? batch.BaseOffset : null;
    }

    /// <summary>Remembers the marker with which a transaction ended.</summary>
    public void End(RecordBatchHeader marker, bool isCommit)
    {
        if (State(marker.ProducerId).End(marker.ProducerEpoch) is { } since && !isCommit)
        {
            _aborted.Add(new AbortedTransaction(marker.ProducerId, since, marker.BaseOffset));
        }

        FirstOpen = _producers.Values.Min(state => state.OpenSince);
    }

    /// <summary>The aborted transactions with records or markers in <paramref name="from"/> to <paramref name="next"/>, exclusive.</summary>
    public IReadOnlyList<AbortedTransaction> Aborted(long from, long next) =>
        _aborted.Where(transaction => transaction.MarkerOffset >= from && transaction.FirstOffset < next).ToList();

    /// <summary>Whether a record belongs to an aborted transaction.</summary>
    public bool IsAborted(long producerId, long offset) => _aborted.Exists(transaction =>
        transaction.ProducerId == producerId && offset >= transaction.FirstOffset && offset < transaction.MarkerOffset);

    /// <summary>Whether a producer's last batch is the one at <paramref name="baseOffset"/>.</summary>
    public bool IsLastOf(long producerId, long baseOffset) =>
        _producers.TryGetValue(producerId, out var state) && state.LastBatch == baseOffset;

    /// <summary>Forgets the transactions that ended before <paramref name="logStart"/>.</summary>
    public void Trim(long logStart) => _aborted.RemoveAll(transaction => transaction.MarkerOffset < logStart);

    private ProducerState State(long producerId)
    {
        if (!_producers.TryGetValue(producerId, out var state))
        {
            _producers.Add(producerId, state = new ProducerState());
        }

        return state;
    }
}
