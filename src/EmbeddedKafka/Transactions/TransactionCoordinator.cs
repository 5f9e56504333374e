using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Transactions;

/// <summary>Hands out producer ids, and begins and ends transactions.</summary>
/// <remarks>One lock covers all: a transactional batch is appended under it, so that none slips in behind the marker that ends its
/// transaction.</remarks>
internal sealed class TransactionCoordinator(TimeProvider clock) : IDisposable
{
    private const int MaxTimeoutMs = 15 * 60 * 1000;

    // What is kept of a transactional id is kept for good.
    private const int MaxTransactionalIds = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Transaction> _transactions = new(StringComparer.Ordinal);
    private long _lastProducerId = 999;

    /// <summary>A producer's id and epoch; for a transactional id, its earlier producers are fenced and their transaction is aborted.</summary>
    public (KafkaError Error, ProducerIdentity Producer) Init(string? id, int timeoutMs, ProducerIdentity expected)
    {
        lock (_lock)
        {
            if (id is null)
            {
                return (KafkaError.None, NewProducer());
            }

            if (id.Length == 0)
            {
                return (KafkaError.InvalidRequest, ProducerIdentity.None);
            }

            if (timeoutMs is < 1 or > MaxTimeoutMs)
            {
                return (KafkaError.InvalidTransactionTimeout, ProducerIdentity.None);
            }

            if (!_transactions.TryGetValue(id, out var transaction))
            {
                if (_transactions.Count == MaxTransactionalIds)
                {
                    return (KafkaError.PolicyViolation, ProducerIdentity.None);
                }

                _transactions.Add(id, transaction = new Transaction(id));
            }
            else if (expected.Id >= 0 && expected == transaction.Succeeded)
            {
                // The answer to the same request got lost.
                return (KafkaError.None, transaction.Producer);
            }
            else if (expected.Id >= 0 && expected != transaction.Producer)
            {
                return (KafkaError.ProducerFenced, ProducerIdentity.None);
            }

            transaction.Timeout = TimeSpan.FromMilliseconds(timeoutMs);
            Abort(transaction);
            transaction.Restart(Renew(transaction.Producer), expected);
            return (KafkaError.None, transaction.Producer);
        }
    }

    /// <summary>Makes partitions part of a transaction.</summary>
    public KafkaError AddPartitions(string id, ProducerIdentity producer, IReadOnlyCollection<PartitionLog> logs)
    {
        lock (_lock)
        {
            if (Find(id, producer, out var transaction) is var error and not KafkaError.None)
            {
                return error;
            }

            foreach (var log in logs)
            {
                Add(transaction!, log);
            }

            return KafkaError.None;
        }
    }

    /// <summary>Asks whether a partition is part of a transaction.</summary>
    public KafkaError VerifyPartition(string id, ProducerIdentity producer, PartitionLog log)
    {
        lock (_lock)
        {
            var error = Find(id, producer, out var transaction);
            return error != KafkaError.None || transaction!.Has(log) ? error : KafkaError.TransactionAbortable;
        }
    }

    /// <summary>Appends a batch of a transaction.</summary>
    /// <param name="id">The transactional id.</param>
    /// <param name="log">The partition.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="joinsByItself">Whether the batch makes its partition part of the transaction, as with newer clients, or that must have been
    /// said before.</param>
    public AppendResult Append(string id, PartitionLog log, CheckedBatch batch, bool joinsByItself)
    {
        lock (_lock)
        {
            var error = Find(id, new ProducerIdentity(batch.Header.ProducerId, batch.Header.ProducerEpoch), out var transaction);
            if (error != KafkaError.None)
            {
                // Producers know the code for a fenced epoch by this name.
                return AppendResult.Refused(error == KafkaError.ProducerFenced ? KafkaError.InvalidProducerEpoch : error,
                    $"Producer {batch.Header.ProducerId} with epoch {batch.Header.ProducerEpoch} may not write in the transactions of '{id}'.");
            }

            if (joinsByItself)
            {
                Add(transaction!, log);
            }

            return transaction!.Has(log)
                ? log.Append(batch)
                : AppendResult.Refused(KafkaError.InvalidTxnState, $"The partition is not part of the transaction of '{id}'.");
        }
    }

    /// <summary>Commits or aborts a transaction; the markers are written when this returns.</summary>
    public (KafkaError Error, ProducerIdentity Next) End(string id, ProducerIdentity producer, bool isCommit, bool bumpsEpoch)
    {
        lock (_lock)
        {
            if (bumpsEpoch && _transactions.TryGetValue(id, out var known) && known.Previous == producer)
            {
                return known.WasCommitted == isCommit ? (KafkaError.None, known.Producer) : (KafkaError.InvalidTxnState, ProducerIdentity.None);
            }

            if (Find(id, producer, out var transaction) is var error and not KafkaError.None)
            {
                return (error, ProducerIdentity.None);
            }

            // Where every end raises the epoch, a transaction of nothing may be aborted; a repeated end has the epoch from before.
            var mayEnd = transaction!.IsOpen || (bumpsEpoch && !isCommit);
            if (!mayEnd)
            {
                return !bumpsEpoch && transaction.WasCommitted == isCommit
                    ? (KafkaError.None, producer)
                    : (KafkaError.InvalidTxnState, ProducerIdentity.None);
            }

            if (bumpsEpoch)
            {
                transaction.Previous = transaction.Producer;
                transaction.Producer = Bump(transaction.Producer);
            }

            transaction.End(isCommit);
            return (KafkaError.None, transaction.Producer);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var transaction in _transactions.Values)
            {
                transaction.Timer?.Dispose();
            }
        }
    }

    private KafkaError Find(string id, ProducerIdentity producer, out Transaction? transaction)
    {
        if (!_transactions.TryGetValue(id, out transaction) || transaction.Producer.Id != producer.Id)
        {
            return KafkaError.InvalidProducerIdMapping;
        }

        return transaction.Producer.Epoch == producer.Epoch ? KafkaError.None : KafkaError.ProducerFenced;
    }

    private void Add(Transaction transaction, PartitionLog log)
    {
        transaction.Add(log);
        transaction.Timer ??= clock.CreateTimer(
            _ => Expire(transaction, transaction.Producer), null, transaction.Timeout, Timeout.InfiniteTimeSpan);
    }

    private void Expire(Transaction transaction, ProducerIdentity producer)
    {
        lock (_lock)
        {
            if (transaction.Producer == producer)
            {
                Abort(transaction);
            }
        }
    }

    /// <summary>Aborts what is open, under a new epoch that fences the producer.</summary>
    private static void Abort(Transaction transaction)
    {
        if (transaction.IsOpen)
        {
            transaction.Producer = Bump(transaction.Producer);
            transaction.End(isCommit: false);
        }
    }

    /// <summary>The next epoch, or a new id where there is none.</summary>
    private ProducerIdentity Renew(ProducerIdentity producer) =>
        producer.Id < 0 || producer.Epoch >= short.MaxValue - 1 ? NewProducer() : Bump(producer);

    private static ProducerIdentity Bump(ProducerIdentity producer) => producer with { Epoch = (short)(producer.Epoch + 1) };

    private ProducerIdentity NewProducer() => new(++_lastProducerId, 0);
}
