using System.Text;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Commits offsets of a group with their metadata, as one who is no member of it: brokers take that for groups of either protocol that have none.</summary>
/// <param name="cluster">The way to the brokers.</param>
/// <param name="patience">How long one answer may take.</param>
internal sealed class GroupOffsetCommitter(ClusterClient cluster, TimeSpan patience)
{
    /// <summary>From the one after on requests have topics' ids in place of their names.</summary>
    private const short LastWithNames = 9;

    /// <summary>A broker writes what one request commits as one batch, which has to fit into message.max.bytes: 1 MB where nobody has changed it.</summary>
    private const int MostBytes = 400_000;

    /// <summary>What is written of a partition beside the names and the metadata, and more.</summary>
    private const int BytesBeside = 100;

    /// <summary>Commits once. A commit that was not answered may be repeated: it says the same.</summary>
    public async Task<GroupCommit> CommitAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, CancellationToken cancellation)
    {
        try
        {
            var coordinator = (await new GroupCoordinators(cluster, patience).FindAsync([group], cancellation)).GetValueOrDefault(group);
            if (coordinator.Address is null)
            {
                return GroupCommit.Failed(coordinator.Fault ?? GroupFault.Of(KafkaError.CoordinatorNotAvailable));
            }

            var (connection, without) = (await cluster.ConnectAsync(coordinator.Address, cancellation), new List<PartitionId>());
            foreach (var part in Parts(group, offsets))
            {
                var refused = await CommitAsync(connection, group, part, cancellation);
                var tooLong = refused.Where(one => one.Error == KafkaError.OffsetMetadataTooLarge).Select(one => one.Partition).ToHashSet();
                refused.RemoveAll(one => tooLong.Contains(one.Partition));
                if (tooLong.Count > 0)
                {
                    var bare = part.Where(offset => tooLong.Contains(offset.Key)).Select(offset => KeyValuePair.Create(offset.Key, offset.Value with { Metadata = "" }));
                    refused.AddRange(await CommitAsync(connection, group, [.. bare], cancellation));
                    without.AddRange(tooLong);
                }

                if (refused is [var (partition, error), ..])
                {
                    return GroupCommit.Failed(GroupFault.Of(error) with { Reason = $"{partition}: {GroupFault.Of(error).Reason}" });
                }
            }

            return new GroupCommit([.. without.Order()], null);
        }
        catch (BackupException e)
        {
            return GroupCommit.Failed(GroupFault.Of(e));
        }
    }

    /// <returns>The partitions whose offset was not taken.</returns>
    private async Task<List<(PartitionId Partition, KafkaError Error)>> CommitAsync(
        WireConnection connection, string group, IReadOnlyCollection<KeyValuePair<PartitionId, CommittedOffset>> offsets, CancellationToken cancellation)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = group,
            Topics = [.. offsets.GroupBy(offset => offset.Key.Topic, StringComparer.Ordinal).Select(topic => new OffsetCommitRequest.Topic
            {
                Name = topic.Key,
                // Without an epoch: the one that was captured may be another cluster's.
                Partitions = [.. topic.Select(offset => new OffsetCommitRequest.Partition
                {
                    Index = offset.Key.Number,
                    CommittedOffset = offset.Value.Offset,
                    CommittedMetadata = offset.Value.Metadata ?? "",
                })],
            })],
        };
        var answer = (OffsetCommitResponse)await connection.AskAsync(
            ApiKey.OffsetCommit, connection.VersionOf(ApiKey.OffsetCommit, LastWithNames), request, patience, cancellation);
        var told = answer.Topics.SelectMany(topic => topic.Partitions, (topic, partition) => (Id: new PartitionId(topic.Name, partition.Index), partition.ErrorCode))
            .ToDictionary(partition => partition.Id, partition => partition.ErrorCode);
        return
        [
            .. offsets.Select(offset => (offset.Key, Error: told.GetValueOrDefault(offset.Key, KafkaError.UnknownServerError)))
                .Where(partition => partition.Error != KafkaError.None),
        ];
    }

    private static IEnumerable<IReadOnlyCollection<KeyValuePair<PartitionId, CommittedOffset>>> Parts(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets)
    {
        var (part, bytes) = (new List<KeyValuePair<PartitionId, CommittedOffset>>(), 0);
        foreach (var offset in offsets.OrderBy(offset => offset.Key))
        {
            var more = Encoding.UTF8.GetByteCount(group) + offset.Key.Topic.Length + Encoding.UTF8.GetByteCount(offset.Value.Metadata ?? "") + BytesBeside;
            if (part.Count > 0 && bytes + more > MostBytes)
            {
                yield return part;
                (part, bytes) = ([], 0);
            }

            part.Add(offset);
            bytes += more;
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }
}
