using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>Asks whoever leads a partition for its records, one request at a time, and makes sure with each leader that its log is the one that was read so far (KIP-320).</summary>
/// <param name="source">Has the connections.</param>
/// <param name="partition">The partition.</param>
internal sealed class PartitionFetcher(NativeRecordSource source, PartitionId partition)
{
    private const sbyte ReadCommitted = 1;

    /// <summary>From the version after this one on a topic is asked for by its id.</summary>
    private const short LastWithNames = 12;

    private readonly int _lane = source.Lanes.Next();
    private Guid _topicId;
    private bool _hasAskedByName;
    private int _wrong;
    private int? _proven;
    private NearReplica? _near;

    /// <summary>The id by which the topic was asked for each time, as the catalog writes it; null before the first time, and when a broker was asked by name.</summary>
    public string? TopicId => _hasAskedByName || _topicId == default ? null : SourceIdentity.TextOf(_topicId);

    /// <summary>Asks for what the log has from an offset on.</summary>
    /// <param name="from">The offset.</param>
    /// <param name="epochBefore">The leader epoch of the last record before it; null when it is not known.</param>
    /// <param name="wait">How long the broker may wait for more.</param>
    /// <returns>The answer, or why there is none yet.</returns>
    /// <exception cref="LogDivergedException">The log before the offset is another.</exception>
    /// <exception cref="BackupException">There never will be one.</exception>
    public async Task<Fetched> FetchAsync(long from, int? epochBefore, TimeSpan wait)
    {
        PartitionLead? lead = null;
        try
        {
            lead = await source.Cluster.LeadOfAsync(partition, _wrong, source.Ended);
            CheckTopic(lead);
            if (_near is { } near && await AskNearAsync(near, lead, from, wait) is { } found)
            {
                return found;
            }

            var connection = await source.Lanes.ConnectAsync(lead.Node, _lane, source.Ended);
            if (_proven != lead.Epoch)
            {
                if (epochBefore is { } epoch && from > 0 && await DivergenceAsync(connection, lead, from, epoch) is { } at)
                {
                    throw new LogDivergedException(partition, Math.Clamp(at, 0, from - 1), from);
                }

                _proven = lead.Epoch;
            }

            var fetched = await AskAsync(connection, lead, from, source.FetchMaxBytes, wait, mayBeSentAway: _near is null);
            Note(fetched, lead);
            return await FollowAsync(fetched, lead, from, wait) ?? fetched;
        }
        catch (BackupException e) when (e.IsRetryable)
        {
            _wrong = Math.Max(_wrong, lead?.Generation ?? 0);
            return new Fetched(null, null, e);
        }
    }

    /// <summary>Asks the replica that the leader told to be near, if it did, instead.</summary>
    /// <returns>What came from there; null: nothing that matters.</returns>
    private async Task<Fetched?> FollowAsync(Fetched fetched, PartitionLead lead, long from, TimeSpan wait)
    {
        if (fetched.Partition is not { ErrorCode: KafkaError.None, PreferredReadReplica: >= 0 and var node } || node == lead.Node)
        {
            return null;
        }

        _near = new NearReplica(node, lead.Epoch, Environment.TickCount64);
        var found = await AskNearAsync(_near, lead, from, wait);
        if (found is not null)
        {
            fetched.Dispose();
        }

        return found;
    }

    /// <summary>Asks a replica that is near. What it does not have, or not yet, only the leader can tell the meaning of: that is asked then.</summary>
    /// <returns>Null when no records came.</returns>
    private async Task<Fetched?> AskNearAsync(NearReplica near, PartitionLead lead, long from, TimeSpan wait)
    {
        if (near.Epoch != lead.Epoch || near.IsOver)
        {
            _near = null;
            return null;
        }

        if (near.IsAvoided)
        {
            return null;
        }

        try
        {
            var fetched = await AskAsync(await source.Lanes.ConnectAsync(near.Node, _lane, source.Ended), lead, from, source.FetchMaxBytes, wait);
            if (fetched.Throttle > TimeSpan.Zero)
            {
                source.Lanes.Hold(near.Node, _lane, fetched.Throttle);
            }

            if (fetched.Partition is { ErrorCode: KafkaError.None, Records.Length: > 0 })
            {
                return fetched;
            }

            fetched.Dispose();
        }
        catch (BackupException e) when (e.IsRetryable)
        {
            // It is away, which is no trouble of the partition.
        }

        near.Avoid();
        return null;
    }

    /// <summary>A leader that is none any more is looked for anew, and one that wants a pause has it.</summary>
    private void Note(Fetched fetched, PartitionLead lead)
    {
        if (fetched.Throttle > TimeSpan.Zero)
        {
            source.Lanes.Hold(lead.Node, _lane, fetched.Throttle);
        }

        if (fetched.Partition is null ? fetched.Throttle == TimeSpan.Zero : fetched.Partition.ErrorCode != KafkaError.None)
        {
            _wrong = lead.Generation;
        }
    }

    /// <exception cref="BackupException">It is another topic of the same name.</exception>
    private void CheckTopic(PartitionLead lead)
    {
        if (_topicId != default && lead.TopicId != default && lead.TopicId != _topicId)
        {
            throw new TopicRecreatedException(partition);
        }

        _topicId = lead.TopicId == default ? _topicId : lead.TopicId;
    }

    private async Task<Fetched> AskAsync(WireConnection connection, PartitionLead lead, long from, int maxBytes, TimeSpan wait, bool mayBeSentAway = false)
    {
        var version = connection.VersionOf(ApiKey.Fetch, lead.TopicId == default ? LastWithNames : short.MaxValue);
        _hasAskedByName |= version <= LastWithNames;
        var answer = await connection.AskPooledAsync<FetchResponse>(ApiKey.Fetch, version, new FetchRequest
        {
            MaxWaitMs = (int)wait.TotalMilliseconds,
            MinBytes = 1,
            MaxBytes = maxBytes,
            IsolationLevel = ReadCommitted,
            RackId = mayBeSentAway ? source.Rack : "",
            Topics =
            [
                new()
                {
                    Name = partition.Topic,
                    TopicId = lead.TopicId,
                    Partitions = [new() { Index = partition.Number, CurrentLeaderEpoch = lead.Epoch, FetchOffset = from, MaxBytes = maxBytes }],
                },
            ],
        }, source.LargestAnswer, ClusterClient.Patience + wait);
        return answer.Message.ErrorCode == KafkaError.None
            ? new Fetched(answer, answer.Message.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault(one => one.Index == partition.Number))
            : new Fetched(answer, new FetchResponse.Partition { ErrorCode = answer.Message.ErrorCode });
    }

    /// <summary>Where the leader's log parts from the one that was read; null when it does not, as far as can be told.</summary>
    private async Task<long?> DivergenceAsync(WireConnection connection, PartitionLead lead, long from, int epoch)
    {
        var (known, end) = await source.Cluster.EndOfEpochAsync(partition, lead, epoch, source.Ended);
        if (known == epoch && end >= from)
        {
            return null;
        }

        // A broker that lost its list of epochs says the same as one with another log: the last record itself knows better, as long as it is there.
        using var last = await AskAsync(connection, lead, from - 1, maxBytes: 1, TimeSpan.Zero);
        foreach (var batch in RecordBatches.OfFetch(last.Partition?.Records?.ToMemory() ?? default))
        {
            return batch.Header.BaseOffset <= from - 1 && batch.Header.LastOffset >= from - 1
                ? batch.Header.LeaderEpoch == epoch || batch.Header.LeaderEpoch < 0 ? null : end < 0 ? from - 1 : end
                : end >= 0 && end < from ? end : null;
        }

        return last.Partition?.ErrorCode is KafkaError.None or KafkaError.OffsetOutOfRange
            ? null // Nothing is left to be compared.
            : throw new BackupException(FailureKind.Source, $"the end of what is backed up of {partition} cannot be compared with the source ({last.Partition?.ErrorCode})") { IsRetryable = true };
    }
}
