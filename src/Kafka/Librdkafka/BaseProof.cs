using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Proves, before the first record of a range is handed out, that the source's log before it is still the one that was read.</summary>
/// <remarks>
/// Confluent.Kafka gives no epoch to librdkafka when it assigns, and offers no question about epochs, so that the broker cannot be asked;
/// the records tell.
/// Reading begins at the base, and its first record tells as long as the leader is the same: nothing is read twice. Only when the leader has
/// changed, or no record is left to tell, the one before the base is read; and when no record lies there (transactions leave such offsets, and
/// compaction), records further back.
/// </remarks>
internal sealed class BaseProof(PooledConsumer consumer, PartitionId partition, long from, int epoch, Func<bool> isStopped)
{
    /// <summary>How long one record is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly BaseCheck _check = new(from, epoch);
    private readonly TopicPartition _place = new(partition.Topic, new Partition(partition.Number));

    /// <summary>Whether nothing can be taken yet, and nothing is proven: an end at the base, behind which another log may begin.</summary>
    public bool StaysOpen(ConsumeResult<BatchSlice, BatchSlice> first) => first.IsPartitionEOF && first.Offset.Value <= from;

    /// <summary>Finds out by what came first from the base on.</summary>
    /// <param name="first">The first record or end.</param>
    /// <returns>Whether that is still the client's place; if not, it is to read from the base on once more.</returns>
    /// <exception cref="LogDivergedException">It is another log.</exception>
    /// <exception cref="KafkaException">The log cannot be read.</exception>
    /// <exception cref="BackupException">No record came in time.</exception>
    public bool Judge(ConsumeResult<BatchSlice, BatchSlice> first)
    {
        var isSame = !first.IsPartitionEOF && _check.JudgeFirst(first.Offset.Value, first.LeaderEpoch) == BaseVerdict.Same;
        if (!isSame)
        {
            LookBack();
        }

        return isSame;
    }

    private void LookBack()
    {
        var first = FirstFrom(from - 1);
        var verdict = first is { } seen ? _check.JudgeFirst(seen.Offset, seen.Epoch) : BaseVerdict.Same;
        if (verdict == BaseVerdict.LookBack)
        {
            verdict = LastBefore() is { } last ? _check.JudgeLast(last.Epoch) : BaseVerdict.Same;
        }

        if (verdict == BaseVerdict.Diverged)
        {
            throw new LogDivergedException(partition, FindDivergence(), from);
        }

        if (first is not { } read || read.Offset >= from)
        {
            consumer.Assign(new TopicPartitionOffset(_place, new Offset(from)));
        }
    }

    /// <summary>The last record before the base: looked for at distances that double, so that as much is read as lies between.</summary>
    private (long Offset, int? Epoch)? LastBefore()
    {
        for (var distance = 2L; ; distance *= 2)
        {
            var at = Math.Max(0, from - distance);
            (long Offset, int? Epoch)? last = null;
            for (var record = FirstFrom(at); record is { } found && found.Offset < from; record = NextRecord())
            {
                last = found;
            }

            if (last is not null || at == 0 || IsGone)
            {
                return last;
            }
        }
    }

    /// <summary>The first offset whose record is of a later epoch than the known one, by halving; the one before the base when none is.</summary>
    private long FindDivergence()
    {
        var (low, high) = (0L, from - 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var first = FirstFrom(middle);
            if (IsGone || first is { } found && found.Offset < from && found.Epoch is { } seen && seen <= epoch)
            {
                low = IsGone ? middle + 1 : first!.Value.Offset + 1;
            }
            else
            {
                high = middle;
            }
        }

        return Math.Min(low, from - 1);
    }

    /// <summary>Whether the last place that was asked for is no longer in the log.</summary>
    private bool IsGone { get; set; }

    /// <summary>The first record at or behind an offset; null when there is none, or the log does not go back so far.</summary>
    private (long Offset, int? Epoch)? FirstFrom(long offset)
    {
        IsGone = false;
        consumer.Assign(new TopicPartitionOffset(_place, new Offset(offset)));
        return NextRecord();
    }

    private (long Offset, int? Epoch)? NextRecord()
    {
        using var scratch = new ConfluentBatch();
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            if (isStopped())
            {
                throw new OperationCanceledException();
            }

            try
            {
                if (consumer.Poll(scratch, Poll) is { } result)
                {
                    return result.IsPartitionEOF ? null : (result.Offset.Value, result.LeaderEpoch);
                }
            }
            catch (ConsumeException e) when (e.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset)
            {
                IsGone = true;
                return null;
            }
            catch (ConsumeException e) when (SourceFailures.IsOvercome(e.Error))
            {
                consumer.Errors.Note(e.Error);
            }
        }

        throw new BackupException(FailureKind.Source,
            $"The end of what is backed up of {partition} cannot be compared with the source: "
            + $"no record came from before offset {from} within {Patience.TotalSeconds:0} s.")
        {
            IsRetryable = true,
        };
    }
}
