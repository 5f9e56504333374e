using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using Error = Confluent.Kafka.Error;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>Makes out what it means that no records of a partition come, and how long that is borne: as long as by the other client.</summary>
/// <param name="source">Knows how all partitions fare.</param>
/// <param name="failures">Puts them into words.</param>
/// <param name="partition">The partition.</param>
/// <param name="wanted">The end of what is to be read.</param>
internal sealed class FetchSilence(NativeRecordSource source, ReadFailures failures, PartitionId partition, long wanted)
{
    private readonly ReadStall _stall = new(partition, wanted, TimeProvider.System, source.Section);
    private BackupException? _trouble;

    /// <summary>Whether the leader lives and needs more time for an answer.</summary>
    public bool WantsPatience => _stall.WantsPatience;

    /// <summary>Records came, or nobody was listening for a while.</summary>
    public void Break()
    {
        _stall.Break();
        _trouble = null;
    }

    /// <summary>Takes what came in place of records: an open transaction, a leader that has yet to hear how far others are, a log that was cut, a broker that is away.</summary>
    /// <returns>Whether there are no more committed records: a transaction is open there.</returns>
    /// <exception cref="BackupException">There is no use in waiting on.</exception>
    public bool IsEnd(Fetched fetched, long position)
    {
        switch (fetched.Partition)
        {
            case null:
                OnTrouble(fetched, position);
                return false;
            case { ErrorCode: not KafkaError.None and var error }:
                OnError(error, position);
                return false;
            case { LastStableOffset: >= 0 } told when told.LastStableOffset <= position && told.HighWatermark >= wanted:
                return true;
            case { } told:
                Hear(position, new ProbeAnswer(told.HighWatermark, null));
                return false;
        }
    }

    private void OnTrouble(Fetched fetched, long position)
    {
        _trouble = fetched.Trouble ?? _trouble;
        Hear(position, fetched.Trouble switch
        {
            null => new ProbeAnswer(wanted, null), // A quota holds it back: nothing is known but that it lives.
            NoLeaderException => new ProbeAnswer(0, new Error(ErrorCode.LeaderNotAvailable)),
            _ => new ProbeAnswer(0, new Error(ErrorCode.Local_Transport)),
        });
    }

    private void OnError(KafkaError error, long position)
    {
        switch (error)
        {
            case KafkaError.OffsetOutOfRange:
                throw new OffsetsGoneException(partition, position);
            case KafkaError.NotLeaderOrFollower or KafkaError.FencedLeaderEpoch or KafkaError.UnknownLeaderEpoch or KafkaError.LeaderNotAvailable or KafkaError.ReplicaNotAvailable
                or KafkaError.UnknownTopicOrPartition or KafkaError.UnknownTopicId or KafkaError.InconsistentTopicId or KafkaError.KafkaStorageError or KafkaError.OffsetNotAvailable
                or KafkaError.BrokerNotAvailable or KafkaError.RequestTimedOut or KafkaError.FetchSessionIdNotFound:
                _trouble = new BackupException(FailureKind.Source, $"its leader answers {error}");
                Hear(position, new ProbeAnswer(0, new Error(ErrorCode.LeaderNotAvailable)));
                return;
            default:
                throw failures.Of(position, new Error((ErrorCode)error));
        }
    }

    /// <summary>Takes what the leader told in place of records, as often as it would be asked; says when there is no use in waiting on.</summary>
    private void Hear(long position, ProbeAnswer answer)
    {
        if (_stall.IsProbeDue)
        {
            _stall.Ask();
            if (_stall.Hear(answer))
            {
                source.Stall.Break();
            }
        }

        if (source.Stall.IsTooLong)
        {
            throw failures.SourceAway(position);
        }

        if (_stall.Verdict(position) is { } verdict)
        {
            throw _trouble is NoLeaderException { IsTopicThere: false } ? failures.Of(position, _trouble) : new BackupException(FailureKind.Source, verdict, _trouble) { IsRetryable = true };
        }

        if (_stall.IsSilent)
        {
            throw failures.Silent(position, _trouble);
        }
    }
}
