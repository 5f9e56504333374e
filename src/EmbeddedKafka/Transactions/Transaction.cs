using KafkaBackup.EmbeddedKafka.Logs;

namespace KafkaBackup.EmbeddedKafka.Transactions;

/// <summary>What the coordinator knows of one transactional id.</summary>
/// <param name="id">The transactional id.</param>
internal sealed class Transaction(string id)
{
    private readonly HashSet<PartitionLog> _partitions = [];

    /// <summary>The transactional id.</summary>
    public string Id => id;

    /// <summary>The producer that may use it now.</summary>
    public ProducerIdentity Producer { get; set; } = ProducerIdentity.None;

    /// <summary>The producer as it was before its epoch rose with the end of the last transaction; an answer that got lost is given again to
    /// it.</summary>
    public ProducerIdentity Previous { get; set; } = ProducerIdentity.None;

    /// <summary>The producer that the one now was told to follow, if it said so; the same request is answered alike.</summary>
    public ProducerIdentity Succeeded { get; private set; } = ProducerIdentity.None;

    /// <summary>How long a transaction may stay open.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>Ends the open transaction when its time is over.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Whether a transaction is open.</summary>
    public bool IsOpen => _partitions.Count > 0;

    /// <summary>How the last transaction ended; null before the first.</summary>
    public bool? WasCommitted { get; private set; }

    /// <summary>Lets a new producer take over, and forgets how the last transaction ended.</summary>
    public void Restart(ProducerIdentity producer, ProducerIdentity succeeded)
    {
        Producer = producer;
        Succeeded = succeeded;
        Previous = ProducerIdentity.None;
        WasCommitted = null;
    }

    /// <summary>Whether a partition is part of the open transaction.</summary>
    public bool Has(PartitionLog log) => _partitions.Contains(log);

    /// <summary>Makes a partition part of the transaction, and opens it with the first.</summary>
    public void Add(PartitionLog log) => _partitions.Add(log);

    /// <summary>Ends the open transaction in all its partitions, by markers of the producer's epoch now.</summary>
    public void End(bool isCommit)
    {
        Timer?.Dispose();
        Timer = null;
        foreach (var log in _partitions)
        {
            log.AppendMarker(Producer.Id, Producer.Epoch, isCommit);
        }

        _partitions.Clear();
        WasCommitted = isCommit;
    }
}
