using Confluent.Kafka.Admin;
using Confluent.Kafka;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>The catalog of a real cluster, through librdkafka's admin client.</summary>
public sealed class KafkaTopicCatalog : ITopicCatalog
{
    private readonly KafkaClients _clients;
    private const int BatchSize = 1_000;

    /// <summary>How long any answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long the first one is: whoever mistyped an address should not wait, and a run that has not begun loses nothing.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(10);

    /// <summary>How long partitions without a leader are asked about again, and the pause between.</summary>
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeaderPause = TimeSpan.FromMilliseconds(500);

    private readonly ClientErrors _errors;
    private readonly Lazy<IAdminClient> _admin;

    /// <summary>A catalog through one client of <paramref name="clients"/>, which is made when it is needed.</summary>
    public KafkaTopicCatalog(KafkaClients clients)
    {
        _clients = clients;
        _errors = new ClientErrors(TimeProvider.System);
        _admin = new Lazy<IAdminClient>(() => clients.CreateAdmin(_errors));
    }

    private KafkaGroupReader Groups => new(_admin.Value, _clients, _errors, Patience);

    /// <inheritdoc />
    public async Task<string> GetClusterIdAsync(CancellationToken cancellation)
    {
        var cluster = await Ask("Cannot read the cluster's id",
            () => _admin.Value.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = FirstPatience }), cancellation, isFirst: true);
        return cluster.ClusterId;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<TopicFacts>> GetTopicsAsync(TopicFilter filter, CancellationToken cancellation)
    {
        var metadata = await Ask("Cannot list topics", () => Task.Run(() => _admin.Value.GetMetadata(Patience), cancellation), cancellation);
        var present = metadata.Topics.Where(topic => topic.Error.Code != ErrorCode.UnknownTopicOrPart).Select(topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
        if (filter.Literals.Where(name => !present.Contains(name)).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } absent)
        {
            throw new BackupException(FailureKind.Source,
                $"source.topics.include names {string.Join(", ", absent.Select(name => $"'{name}'"))}, and the cluster at {_clients.Address} shows no such topic: it does not exist, or the user may not describe it. "
                + "Nothing was backed up. Correct the name, or give the user the right to Describe and Read it; use a glob for topics that may be missing.");
        }

        var topics = new List<TopicFacts>();
        foreach (var names in present.Where(filter.Matches).Order(StringComparer.Ordinal).Chunk(BatchSize))
        {
            var described = await Ask("Cannot describe topics", () => DescribeAsync(names), cancellation);
            if (described.Find(topic => topic.IsInternal && !filter.Admits(topic.Name, isInternal: true) && filter.Literals.Contains(topic.Name)) is { } refused)
            {
                throw new BackupException(FailureKind.Configuration, $"source.topics.include names '{refused.Name}', which Kafka calls internal, and backup.include_internal_topics "
                    + "and backup.internal_topics do not let it through. Nothing was backed up.");
            }

            topics.AddRange(described.Where(topic => topic.Error.Code != ErrorCode.UnknownTopicOrPart && filter.Admits(topic.Name, topic.IsInternal)).Select(topic =>
                topic.Error.IsError
                    ? throw _clients.Failure($"Cannot describe the topic '{topic.Name}'", topic.Error, _errors)
                    : new TopicFacts(topic.Name, topic.Partitions.Count, topic.TopicId.ToString())));
        }

        return topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList();
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string?>> GetTopicIdsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        var ids = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var names in topics.Chunk(BatchSize))
        {
            foreach (var topic in await Ask("Cannot describe topics", () => DescribeAsync(names), cancellation))
            {
                if (topic.Error.Code != ErrorCode.UnknownTopicOrPart)
                {
                    ids[topic.Name] = topic.Error.IsError
                        ? throw _clients.Failure($"Cannot describe the topic '{topic.Name}'", topic.Error, _errors)
                        : topic.TopicId.ToString();
                }
            }
        }

        return ids;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> GetBoundsAsync(
        IReadOnlyCollection<PartitionId> partitions, LogEnd end, CancellationToken cancellation)
    {
        var isolation = end == LogEnd.LastStableOffset ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted;
        var bounds = new Dictionary<PartitionId, PartitionBounds>();
        foreach (var batch in partitions.Chunk(BatchSize * 10))
        {
            var starts = await ListUntilLedAsync(batch, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancellation);
            var ends = await ListUntilLedAsync(batch, OffsetSpec.Latest(), isolation, cancellation);
            foreach (var partition in batch)
            {
                var (start, last) = (starts[partition], ends[partition]);
                bounds[partition] = new PartitionBounds(start.Offset.Value, last.Offset.Value)
                {
                    Problem = start.Error.IsError ? Failure(partition, start.Error) : last.Error.IsError ? Failure(partition, last.Error) : null,
                };
            }
        }

        return bounds;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListGroupsAsync(CancellationToken cancellation) => Groups.ListAsync(cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<GroupOffsets>> GetGroupOffsetsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) =>
        Groups.ReadAsync(groups, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }

        _errors.Dispose();
    }

    private async Task<List<TopicDescription>> DescribeAsync(IEnumerable<string> names)
    {
        try
        {
            var result = await _admin.Value.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience });
            return result.TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            return e.Results.TopicDescriptions;
        }
    }

    /// <summary>Asks again about partitions whose leader is just moving, for a while: their answers come one by one, and others' must not wait for them in vain.</summary>
    private async Task<Dictionary<PartitionId, TopicPartitionOffsetError>> ListUntilLedAsync(
        PartitionId[] partitions, OffsetSpec spec, IsolationLevel isolation, CancellationToken cancellation)
    {
        var found = await ListAsync(partitions, spec, isolation, cancellation);
        var began = TimeProvider.System.GetTimestamp();
        while (found.Where(answer => SourceFailures.IsPassing(answer.Value.Error.Code)).Select(answer => answer.Key).ToArray() is { Length: > 0 } leaderless
            && TimeProvider.System.GetElapsedTime(began) < LeaderPatience)
        {
            await Task.Delay(LeaderPause, cancellation);
            foreach (var (partition, answer) in await ListAsync(leaderless, spec, isolation, cancellation))
            {
                found[partition] = answer;
            }
        }

        return found;
    }

    private async Task<Dictionary<PartitionId, TopicPartitionOffsetError>> ListAsync(PartitionId[] partitions, OffsetSpec spec, IsolationLevel isolation, CancellationToken cancellation)
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec
        {
            TopicPartition = new TopicPartition(partition.Topic, new Partition(partition.Number)),
            OffsetSpec = spec,
        });
        var answer = await Ask("Cannot read offsets", async () =>
        {
            try
            {
                var options = new ListOffsetsOptions { RequestTimeout = Patience, IsolationLevel = isolation };
                return (await _admin.Value.ListOffsetsAsync(asked, options)).ResultInfos;
            }
            catch (ListOffsetsException e)
            {
                return e.Result.ResultInfos.Select(report => new ListOffsetsResultInfo { TopicPartitionOffsetError = report.TopicPartitionOffsetError }).ToList();
            }
        }, cancellation);
        return answer.Select(info => Checked(info.TopicPartitionOffsetError)).ToDictionary(found => new PartitionId(found.Topic, found.Partition.Value));
    }

    /// <summary>An answer without an error and without an offset, as librdkafka gives for a partition whose leader went away meanwhile, is none.</summary>
    internal static TopicPartitionOffsetError Checked(TopicPartitionOffsetError found) => found.Error.IsError || found.Offset.Value >= 0
        ? found
        : new TopicPartitionOffsetError(found.TopicPartition, found.Offset, new Error(ErrorCode.LeaderNotAvailable));

    private BackupException Failure(PartitionId partition, Error error) => TopicRights.Failure(partition.Topic, error)
        ?? _clients.Failure($"Cannot read the offsets of {partition}", error, _errors);

    private async Task<T> Ask<T>(string what, Func<Task<T>> call, CancellationToken cancellation, bool isFirst = false)
    {
        _errors.Reset();
        try
        {
            var answer = call();
            var ended = await Task.WhenAny(isFirst ? [answer, _errors.Refused, _errors.Suspected] : [answer, _errors.Refused]).WaitAsync(cancellation);
            if (ended == answer)
            {
                return await answer;
            }

            // The call goes on to its own timeout with nobody to hear of it.
            _ = answer.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw await FailureAsync(what, new Error(ErrorCode.Local_Authentication), null, cancellation);
        }
        catch (KafkaException e)
        {
            throw await FailureAsync(what, e.Error, e, cancellation);
        }
    }

    private async Task<BackupException> FailureAsync(string what, Error error, Exception? cause, CancellationToken cancellation)
    {
        var certificate = _errors.Worst is [{ Kind: SourceProblemKind.Certificate, Address: { } address }, ..]
            ? await BrokerCertificate.ExamineAsync(address, _clients.Security, cancellation)
            : null;
        return _clients.Failure(what, error, _errors, certificate, cause);
    }
}
