using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Reads batches for consumers, and waits for them as long as the consumer likes.</summary>
/// <remarks>It declines fetch sessions by answering with session 0: then clients name all their partitions each time.</remarks>
internal sealed class FetchHandler(BrokerParts parts)
{
    private const int MaxBytes = 16 * 1024 * 1024;
    private const sbyte ReadCommitted = 1;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly record struct Wanted(FetchRequest.Partition Request, PartitionLog? Log, KafkaError Error);

    private sealed record Found(FetchResponse Response, long Bytes, bool HasError);

    /// <summary>Answers Fetch.</summary>
    public async ValueTask<FetchResponse> FetchAsync(FetchRequest request, short version, CancellationToken cancellation)
    {
        if (request.SessionEpoch > 0)
        {
            return new FetchResponse { ErrorCode = KafkaError.FetchSessionIdNotFound };
        }

        var wanted = request.Topics.Select(topic => (Topic: topic, Partitions: Find(topic, version))).ToList();
        var patience = TimeSpan.FromMilliseconds(Math.Clamp(request.MaxWaitMs, 0, LongestWait.TotalMilliseconds));
        var started = TimeProvider.System.GetTimestamp();
        using var waiter = new AppendWaiter(wanted.SelectMany(topic => topic.Partitions).Select(partition => partition.Log).OfType<PartitionLog>());
        while (true)
        {
            waiter.Reset();
            var found = Read(request, wanted);
            var left = patience - TimeProvider.System.GetElapsedTime(started);
            if (found.HasError || found.Bytes >= request.MinBytes || left <= TimeSpan.Zero || wanted.Count == 0)
            {
                return found.Response;
            }

            await waiter.WaitAsync(left, cancellation);
        }
    }

    private List<Wanted> Find(FetchRequest.Topic topic, short version)
    {
        var found = version < 13 ? parts.Topics.Find(topic.Name) : parts.Topics.Find(topic.TopicId);
        var unknown = found is null && version >= 13 ? KafkaError.UnknownTopicId : KafkaError.UnknownTopicOrPartition;
        return topic.Partitions.ConvertAll(partition =>
        {
            var log = found?.Partition(partition.Index);
            var error = log is null ? unknown : CheckEpochs(partition);
            return new Wanted(partition, error == KafkaError.None ? log : null, error);
        });
    }

    private static KafkaError CheckEpochs(FetchRequest.Partition partition)
    {
        // Other than elsewhere, any negative epoch is that of a client that does not care.
        var error = LeaderEpochs.Check(Math.Max(-1, partition.CurrentLeaderEpoch));
        return error == KafkaError.None && partition.LastFetchedEpoch > BrokerIdentity.LeaderEpoch ? KafkaError.OffsetOutOfRange : error;
    }

    private static Found Read(FetchRequest request, List<(FetchRequest.Topic Topic, List<Wanted> Partitions)> wanted)
    {
        var limit = Math.Min(request.MaxBytes, MaxBytes);
        var response = new FetchResponse();
        var bytes = 0;
        var hasError = false;
        foreach (var (topic, partitions) in wanted)
        {
            var answers = new List<FetchResponse.Partition>(partitions.Count);
            foreach (var partition in partitions)
            {
                var answer = ReadPartition(request, partition, limit - bytes, atLeastOne: bytes == 0);
                bytes += answer.Records?.Length ?? 0;
                hasError |= answer.ErrorCode != KafkaError.None;
                answers.Add(answer);
            }

            response.Topics.Add(new FetchResponse.Topic { Name = topic.Name, TopicId = topic.TopicId, Partitions = answers });
        }

        return new Found(response, bytes, hasError);
    }

    private static FetchResponse.Partition ReadPartition(FetchRequest request, Wanted wanted, int limit, bool atLeastOne)
    {
        var (partition, log, error) = wanted;
        var isCommittedOnly = request.IsolationLevel == ReadCommitted;
        var read = log?.Read(partition.FetchOffset, Math.Min(limit, partition.MaxBytes), isCommittedOnly, atLeastOne);
        if (read is not { Error: KafkaError.None })
        {
            return new FetchResponse.Partition
            {
                Index = partition.Index,
                ErrorCode = read?.Error ?? error,
                HighWatermark = -1,
                AbortedTransactions = error is KafkaError.UnknownTopicOrPartition or KafkaError.UnknownTopicId ? [] : null,
                Records = RecordSet.Empty,
            };
        }

        return new FetchResponse.Partition
        {
            Index = partition.Index,
            HighWatermark = read.Bounds.HighWatermark,
            LastStableOffset = read.Bounds.LastStable,
            LogStartOffset = read.Bounds.LogStart,
            AbortedTransactions = read.Aborted?.Select(aborted => new FetchResponse.AbortedTransaction
            {
                ProducerId = aborted.ProducerId,
                FirstOffset = aborted.FirstOffset,
            }).ToList(),
            Records = new RecordSet(read.Batches),
        };
    }
}
