using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks what the user may do, as far as brokers tell: those with an authorizer do, others say that all may be done.</summary>
/// <param name="calls">Asks the cluster.</param>
/// <param name="patience">How long an answer is waited for.</param>
internal sealed class VisibleRights(AdminCalls calls, TimeSpan patience)
{
    /// <summary>A question of so many topics stays small.</summary>
    private const int BatchSize = 500;

    /// <summary>What the user may do with topics, by name. Those of which it is not told are left out.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> OfTopicsAsync(IReadOnlyCollection<TopicMetadata> topics, CancellationToken cancellation)
    {
        var rights = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);

        // The client ends the process over a partition that has lost its last replica.
        var sound = topics.Where(topic => topic.Partitions.TrueForAll(partition => partition.InSyncReplicas.Length > 0)).Select(topic => topic.Topic);
        foreach (var names in sound.Chunk(BatchSize))
        {
            var options = new DescribeTopicsOptions { RequestTimeout = patience, IncludeAuthorizedOperations = true };
            foreach (var topic in await calls.AskAsync("Cannot ask for rights", () => calls.CallAsync(admin => DescribeAsync(admin, names, options), patience, cancellation), cancellation))
            {
                if (NamesOf(topic.AuthorizedOperations) is { } told)
                {
                    rights[topic.Name] = told;
                }
            }
        }

        return rights;
    }

    /// <summary>Whether the user may make topics, whatever their names; null when it is not told.</summary>
    public async Task<bool?> MayCreateTopicsAsync(CancellationToken cancellation)
    {
        var options = new DescribeClusterOptions { RequestTimeout = patience, IncludeAuthorizedOperations = true };
        var cluster = await calls.AskAsync("Cannot ask for rights", () => calls.CallAsync(admin => admin.DescribeClusterAsync(options), patience, cancellation), cancellation);
        return NamesOf(cluster.AuthorizedOperations)?.Contains(nameof(AclOperation.Create));
    }

    private static async Task<IReadOnlyList<TopicDescription>> DescribeAsync(IAdminClient admin, IEnumerable<string> names, DescribeTopicsOptions options)
    {
        try
        {
            return (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), options)).TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            return e.Results.TopicDescriptions;
        }
    }

    /// <summary>Who sees a topic may describe it: an empty list says nothing.</summary>
    private static IReadOnlySet<string>? NamesOf(List<AclOperation>? operations) =>
        operations is { Count: > 0 } ? operations.Select(operation => $"{operation}").ToHashSet(StringComparer.Ordinal) : null;
}
