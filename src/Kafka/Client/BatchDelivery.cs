using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client;

/// <summary>Brings batches into a partition, one behind the other, each once.</summary>
/// <remarks>
/// What is repeated is looked for first: the end of the leader's log tells whether the batch is there, as nobody else writes to the partition. Only what was not there is sent again, with the
/// same sequence numbers, so that the first request may still come late. Nothing is sent behind a batch before its end is known.
/// </remarks>
/// <param name="sink">Whose it is.</param>
/// <param name="partition">The partition.</param>
/// <param name="end">Its end.</param>
/// <param name="codec">Compresses a batch that has to be divided.</param>
/// <param name="sequence">Numbers the records.</param>
internal sealed class BatchDelivery(KafkaRecordSink sink, PartitionId partition, long end, BatchCodec codec, ProducerSequence sequence)
{
    /// <summary>After so long without an answer it is looked who leads, and so often from then on.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(10);

    private const int MostOfRequest = 99 * 1024 * 1024;

    private Guid _topicId;
    private int _epoch = -1;

    /// <summary>The partition's end: the offset that the next record will have.</summary>
    public long End { get; private set; } = end;

    /// <summary>Delivers a batch. One that is refused for what is in it is divided, down to the record.</summary>
    /// <param name="records">The records.</param>
    /// <param name="batch">The same as they travel.</param>
    /// <returns>Records as they arrive.</returns>
    /// <exception cref="BackupException">One is refused, or no answer came for too long.</exception>
    public async IAsyncEnumerable<ArraySegment<SentRecord>> DeliverAsync(ArraySegment<SentRecord> records, Memory<byte> batch)
    {
        if (await TryAsync(records, batch) is not { } refusal)
        {
            yield return records;
            yield break;
        }

        using var divider = new BatchDivider(batch, codec);
        var rest = new Stack<(ArraySegment<SentRecord> Records, ProduceResponse.Partition? Refusal)>([(records, refusal)]);
        while (rest.TryPop(out var part))
        {
            if ((part.Refusal ?? await TryAsync(part.Records, divider.Take(part.Records.Offset - records.Offset, part.Records.Count))) is not { } refused)
            {
                yield return part.Records;
            }
            else if (part.Records.Count == 1 || !ProduceErrors.IsOfARecord(refused.ErrorCode))
            {
                throw Refused(part.Records[0], refused);
            }
            else
            {
                var half = part.Records.Count / 2;
                rest.Push((part.Records[half..], null));
                rest.Push((part.Records[..half], null));
            }
        }
    }

    /// <summary>Sends a batch until its end is known.</summary>
    /// <returns>Null when it is there; the answer that refuses it for good otherwise.</returns>
    private async Task<ProduceResponse.Partition?> TryAsync(ArraySegment<SentRecord> records, Memory<byte> batch)
    {
        var trouble = new DeliveryTrouble(TimeProvider.System);
        var (stale, mayBeThere) = (0, false);
        while (true)
        {
            try
            {
                var lead = await sink.Cluster.LeadOfAsync(partition, stale, sink.Ended);
                stale = lead.Generation; // Whatever goes wrong from here, the lead may have moved.
                CheckTopic(lead);
                if (lead.Epoch < _epoch)
                {
                    trouble.Note("brokers still tell of a leader that another one has taken the place of", isHopeless: false);
                }
                else if (mayBeThere && await IsThereAsync(records, lead) is { } found)
                {
                    if (found)
                    {
                        return Arrived(records, lead);
                    }

                    trouble.Note("its replicas do not have what its leader has: start the brokers that hold them", isHopeless: false);
                }
                else
                {
                    var outcome = await SendAsync(new OutgoingBatch(partition, lead.TopicId, await StampAsync(batch)), lead);
                    if (outcome is { Fate: ProduceFate.Answered, Error: KafkaError.None, Answer.BaseOffset: var offset } && (offset >= 0 || sink.Settings.Acks == ProduceAcks.None))
                    {
                        return offset == End || sink.Settings.Acks == ProduceAcks.None ? Arrived(records, lead) : throw Displaced(records[0], offset);
                    }

                    if (outcome.Answer is { } answer && ProduceErrors.IsFinal(answer.ErrorCode))
                    {
                        return answer;
                    }

                    mayBeThere |= outcome.Fate != ProduceFate.NotSent && sink.Settings.Acks != ProduceAcks.None;
                    if (ProduceErrors.IsOfTheProducer(outcome.Error))
                    {
                        sequence.Restart();
                    }

                    trouble.Note((outcome.Reason ?? ProduceErrors.Text(outcome.Error, outcome.Answer?.ErrorMessage)) + TooLarge(batch.Length), outcome.IsHopeless);
                }
            }
            catch (BackupException e) when (e is not UnexpectedLogException)
            {
                trouble.Note(e.Message, isHopeless: !e.IsRetryable);
            }

            await WaitAsync(trouble, records[0]);
        }
    }

    /// <summary>Waits before the next attempt, or gives up.</summary>
    private async Task WaitAsync(DeliveryTrouble trouble, SentRecord record)
    {
        if (trouble.HasLasted)
        {
            throw new BackupException(FailureKind.Source,
                $"Cannot write the record of offset {record.SourceOffset} at the source to {partition} at {sink.Address}: {trouble.Reason.TrimEnd('.')}. It was tried for {trouble.Text}.")
            { IsRetryable = !trouble.IsHopeless };
        }

        if (trouble.Lasts >= sink.TellAfter)
        {
            sink.Tell(partition, trouble.Reason);
        }

        await trouble.PauseAsync(sink.Ended);
    }

    /// <summary>Sends a batch once, and does not return before its end: until then nobody may change its bytes. A leader that falls silent is given up when another one leads: it closes no connection
    /// itself.</summary>
    private async Task<ProduceOutcome> SendAsync(OutgoingBatch outgoing, PartitionLead lead)
    {
        var (sending, now) = (sink.SenderTo(lead.Node).SendAsync(outgoing), lead);
        while (true)
        {
            try
            {
                return await sending.WaitAsync(Watch);
            }
            catch (TimeoutException)
            {
                now = await sink.Cluster.FindLeadAsync(partition, now.Generation) ?? now;
                if (now.Epoch > lead.Epoch && outgoing.IsSent)
                {
                    sink.SenderTo(lead.Node).GiveUp();
                }
            }
        }
    }

    /// <summary>Says in the batch whose it is, where brokers are to know it again.</summary>
    private async Task<Memory<byte>> StampAsync(Memory<byte> batch)
    {
        if (sink.Settings.Acks == ProduceAcks.All)
        {
            var (identity, first) = await sequence.NextAsync(sink.Ended);
            RecordBatchPatch.SetProducer(batch.Span, identity.Id, identity.Epoch, first);
        }

        return batch;
    }

    /// <summary>Whether the log holds the batch: null when the leader does not have it, false while replicas lack it.</summary>
    private async Task<bool?> IsThereAsync(ArraySegment<SentRecord> records, PartitionLead lead)
    {
        var ends = await sink.Cluster.EndsOfAsync(partition, lead, sink.Ended);
        return ends.Appended == End ? null
            : ends.Appended != End + records.Count ? throw Displaced(records[0], ends.Appended)
            : sink.Settings.Acks != ProduceAcks.All || ends.Replicated >= ends.Appended;
    }

    private ProduceResponse.Partition? Arrived(ArraySegment<SentRecord> records, PartitionLead lead)
    {
        (_topicId, _epoch) = (lead.TopicId == Guid.Empty ? _topicId : lead.TopicId, Math.Max(_epoch, lead.Epoch));
        End += records.Count;
        sequence.Advance(records.Count);
        return null;
    }

    /// <summary>Before a batch has arrived nothing is known of the topic: a broker that lags behind may tell the id of one that was deleted.</summary>
    private void CheckTopic(PartitionLead lead)
    {
        if (_topicId != Guid.Empty && lead.TopicId != Guid.Empty && lead.TopicId != _topicId)
        {
            throw new UnexpectedLogException($"Topic '{partition.Topic}' at {sink.Address} was deleted and made anew while it was restored. Delete it, and restore it again.");
        }
    }

    private static string TooLarge(int bytes) => bytes < MostOfRequest
        ? ""
        : $". The batch takes {bytes:N0} bytes, and brokers close connections over which requests come that are larger than their socket.request.max.bytes (by default 100 MiB)";

    private UnexpectedLogException Displaced(SentRecord record, long offset) => new(
        $"The record of offset {record.SourceOffset} at the source arrived at offset {offset} of {partition} at {sink.Address}, where {End} would have been the next: somebody else "
        + $"writes to this topic, or did so while it was restored{(sink.Settings.Acks == ProduceAcks.All ? "" : ", or its leader has lost records, as restore.produce_acks: 1 lets it")}. Delete it, and restore it again.");

    private BackupException Refused(SentRecord record, ProduceResponse.Partition refusal) => new(FailureKind.Source, refusal.ErrorCode switch
    {
        KafkaError.MessageTooLarge or KafkaError.RecordListTooLarge =>
            $"{partition} does not take the record of offset {record.SourceOffset} at the source, of {record.Size:N0} bytes: raise max.message.bytes of topic '{partition.Topic}', "
            + $"or message.max.bytes of the brokers at {sink.Address} where the topic has none, and restore again.",
        KafkaError.InvalidTimestamp =>
            $"{partition} does not take the time {record.Timestamp} (ms since 1970) of the record of offset {record.SourceOffset} at the source: see "
            + $"log.message.timestamp.before.max.ms, log.message.timestamp.after.max.ms and log.message.timestamp.difference.max.ms of the brokers at {sink.Address}.",
        _ => $"{partition} at {sink.Address} does not take the record of offset {record.SourceOffset} at the source: {ProduceErrors.Text(refusal.ErrorCode, refusal.ErrorMessage).TrimEnd('.')}.",
    });
}
