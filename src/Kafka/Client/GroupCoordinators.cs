using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>Finds the brokers that look after groups: for many groups by one request where the brokers take that, as those of Kafka 3.0 and later do.</summary>
internal sealed class GroupCoordinators(ClusterClient cluster, TimeSpan patience)
{
    private const short FirstWithKeys = 4;
    private const int KeysAtOnce = 1_000;
    private const int RequestsAtOnce = 50;

    /// <summary>The coordinator of each group. That one is not found is no failure of the others.</summary>
    public async Task<IReadOnlyDictionary<string, GroupCoordinator>> FindAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation)
    {
        var found = new Dictionary<string, GroupCoordinator>(StringComparer.Ordinal);
        try
        {
            var connection = await cluster.ConnectAnyAsync(cancellation);
            if (connection.VersionOf(ApiKey.FindCoordinator) < FirstWithKeys)
            {
                foreach (var batch in groups.Chunk(RequestsAtOnce))
                {
                    foreach (var (group, coordinator) in batch.Zip(await Task.WhenAll(batch.Select(group => FindAsync(connection, group, cancellation)))))
                    {
                        found[group] = coordinator;
                    }
                }

                return found;
            }

            foreach (var batch in groups.Chunk(KeysAtOnce))
            {
                var answer = await connection.AskAsync<FindCoordinatorResponse>(ApiKey.FindCoordinator, new FindCoordinatorRequest { Keys = [.. batch] }, patience, cancellation);
                answer.Coordinators.ForEach(one => found[one.Key] = Of(one.ErrorCode, one.Host, one.Port));
            }
        }
        catch (BackupException e)
        {
            foreach (var group in groups)
            {
                found.TryAdd(group, new GroupCoordinator(null, GroupFault.Of(e)));
            }
        }

        return found;
    }

    private async Task<GroupCoordinator> FindAsync(WireConnection connection, string group, CancellationToken cancellation)
    {
        var answer = await connection.AskAsync<FindCoordinatorResponse>(ApiKey.FindCoordinator, new FindCoordinatorRequest { Key = group }, patience, cancellation);
        return Of(answer.ErrorCode, answer.Host, answer.Port);
    }

    private static GroupCoordinator Of(KafkaError error, string host, int port) =>
        error == KafkaError.None ? new GroupCoordinator(new BrokerAddress(host, port), null) : new GroupCoordinator(null, GroupFault.Of(error));
}
