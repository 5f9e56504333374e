using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.Shared.Kafka.Wire;
using KafkaBackup.Shared.Kafka.Wire.Records;

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
            else if (expected.Id >= 0 && expected != transaction.Producer)
            {
                return (KafkaError.ProducerFenced, ProducerIdentity.None);
            }

            transaction.Timeout = TimeSpan.FromMilliseconds(timeoutMs);
            Fence(transaction);
            transaction.Restart();
            return (KafkaError.None, transaction.Producer);
        }
    }

    /// <summary>Makes partitions part of a transaction, or asks whether they are.</summary>
    public KafkaError AddPartitions(string id, ProducerIdentity producer, IReadOnlyCollection<PartitionLog> logs, bool verifyOnly)
    {
        lock (_lock)
        {
            if (Find(id, producer, out var transaction) is var error and not KafkaError.None)
            {
                return error;
            }

            if (verifyOnly)
            {
                return logs.All(transaction!.Has) ? KafkaError.None : KafkaError.InvalidTxnState;
            }

            foreach (var log in logs)
            {
                Add(transaction!, log);
            }

            return KafkaError.None;
        }
    }

    /// <summary>Appends a batch of a transaction.</summary>
    /// <param name="id">The transactional id.</param>
    /// <param name="log">The partition.</param>
    /// <param name="header">The batch's header.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="joinsByItself">Whether the batch makes its partition part of the transaction, as with newer clients, or that must have been
    /// said before.</param>
    public AppendResult Append(string id, PartitionLog log, RecordBatchHeader header, ReadOnlySpan<byte> batch, bool joinsByItself)
    {
        lock (_lock)
        {
            var error = Find(id, new ProducerIdentity(header.ProducerId, header.ProducerEpoch), out var transaction);
            if (error != KafkaError.None)
            {
                // Producers know the code for a fenced epoch by this name.
                return AppendResult.Refused(error == KafkaError.ProducerFenced ? KafkaError.InvalidProducerEpoch : error,
                    $"Producer {header.ProducerId} with epoch {header.ProducerEpoch} may not write in the transactions of '{id}'.");
            }

            if (joinsByItself)
            {
                Add(transaction!, log);
            }

            return transaction!.Has(log)
                ? log.Append(header, batch)
                : AppendResult.Refused(KafkaError.InvalidTxnState, $"The partition is not part of the transaction of '{id}'.");
        }
    }

    /// <summary>Commits or aborts a transaction; the markers are written when this returns.</summary>
    public (KafkaError Error, ProducerIdentity Next) End(string id, ProducerIdentity producer, bool isCommit, bool bumpsEpoch)
    {
        lock (_lock)
        {
            if (_transactions.TryGetValue(id, out var repeated) && !repeated.IsOpen && bumpsEpoch && repeated.Previous == producer
                && repeated.WasCommitted == isCommit)
            {
                return (KafkaError.None, repeated.Producer);
            }

            if (Find(id, producer, out var transaction) is var error and not KafkaError.None)
            {
                return (error, ProducerIdentity.None);
            }

            if (!transaction!.IsOpen)
            {
                return (transaction.WasCommitted == isCommit || (bumpsEpoch && !isCommit) ? KafkaError.None : KafkaError.InvalidTxnState, producer);
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
            if (transaction.IsOpen && transaction.Producer == producer)
            {
                Fence(transaction);
            }
        }
    }

    /// <summary>Raises the epoch, and aborts what an earlier one left open.</summary>
    private void Fence(Transaction transaction)
    {
        var isExhausted = transaction.Producer.Epoch >= short.MaxValue - 1;
        if (transaction.Producer.Id >= 0)
        {
            transaction.Producer = Bump(transaction.Producer);
        }

        if (transaction.IsOpen)
        {
            transaction.End(isCommit: false);
        }

        if (transaction.Producer.Id < 0 || isExhausted)
        {
            transaction.Producer = NewProducer();
        }
    }

    private static ProducerIdentity Bump(ProducerIdentity producer) => producer with { Epoch = (short)(producer.Epoch + 1) };

    private ProducerIdentity NewProducer() => new(++_lastProducerId, 0);
}
