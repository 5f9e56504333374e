using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Testing.Kafka;

/// <summary>What clients that know metadata commit and read, asked of a broker request by request: the library of the other clients here has no call for it.</summary>
/// <remarks>Of a cluster with one broker, which looks after all groups.</remarks>
internal sealed class RawGroups(string address) : IDisposable
{
    private const short LastWithNames = 9;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ClusterClient _cluster = new(new KafkaSection { Name = "source", BootstrapServers = [address] });

    /// <summary>Commits as one who has assigned the partitions to itself.</summary>
    public async Task CommitAsync(string group, params (PartitionId Partition, CommittedOffset Offset)[] offsets)
    {
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        await AskAsync<FindCoordinatorResponse>(ApiKey.FindCoordinator, new FindCoordinatorRequest { Key = group, Keys = [group] }, limit.Token); // Makes Kafka's topic, if there is none.
        while (true)
        {
            var answer = await AskAsync<OffsetCommitResponse>(ApiKey.OffsetCommit, new OffsetCommitRequest
            {
                GroupId = group,
                Topics = [.. offsets.GroupBy(offset => offset.Partition.Topic).Select(topic => new OffsetCommitRequest.Topic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(offset => new OffsetCommitRequest.Partition
                    {
                        Index = offset.Partition.Number,
                        CommittedOffset = offset.Offset.Offset,
                        CommittedLeaderEpoch = offset.Offset.LeaderEpoch ?? -1,
                        CommittedMetadata = offset.Offset.Metadata,
                    })],
                })],
            }, limit.Token);
            var errors = answer.Topics.SelectMany(topic => topic.Partitions).Select(partition => partition.ErrorCode).Where(error => error != KafkaError.None).ToList();
            if (errors.Count == 0)
            {
                return;
            }

            if (errors[0] is not (KafkaError.UnknownTopicOrPartition or KafkaError.CoordinatorLoadInProgress or KafkaError.CoordinatorNotAvailable or KafkaError.NotCoordinator))
            {
                throw new InvalidOperationException($"The broker refuses the commit: {errors[0]}.");
            }

            await Task.Delay(Pause, limit.Token); // A broker that has just made a topic, that of offsets too, does not know it everywhere at once.
        }
    }

    /// <summary>What a group has committed in one partition; null: nothing.</summary>
    public async Task<CommittedOffset?> FetchAsync(string group, PartitionId partition)
    {
        List<OffsetFetchRequest.Topic> topics = [new() { Name = partition.Topic, Partitions = [partition.Number] }];
        var answer = await AskAsync<OffsetFetchResponse>(
            ApiKey.OffsetFetch, new OffsetFetchRequest { GroupId = group, Topics = topics, Groups = [new() { GroupId = group, Topics = topics }] }, CancellationToken.None);
        var told = answer.Topics.Concat(answer.Groups.SelectMany(one => one.Topics)).Single().Partitions.Single();
        return told.CommittedOffset < 0 ? null : new CommittedOffset(told.CommittedOffset, told.Metadata, told.CommittedLeaderEpoch < 0 ? null : told.CommittedLeaderEpoch);
    }

    public void Dispose() => _cluster.Dispose();

    private async Task<T> AskAsync<T>(ApiKey key, IWireStruct request, CancellationToken cancellation)
        where T : class, IWireStruct
    {
        var connection = await _cluster.ConnectAnyAsync(cancellation);
        return (T)await connection.AskAsync(key, connection.VersionOf(key, LastWithNames), request, TestLimits.Hang, cancellation);
    }
}
