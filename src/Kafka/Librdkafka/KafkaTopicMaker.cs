using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Makes topics through librdkafka's admin client.</summary>
public sealed partial class KafkaTopicMaker(KafkaClients clients) : ITopicMaker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long the broker may take: less than is waited for its answer.</summary>
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(45);

    /// <summary>Without these a topic would lose what is restored into it, or its times.</summary>
    private static readonly string[] Needed = ["retention.ms", "retention.bytes", "cleanup.policy", "message.timestamp.type"];

    private readonly AdminCalls _calls = new(clients);

    /// <inheritdoc />
    public async Task<int> CountBrokersAsync(CancellationToken cancellation)
    {
        const string What = "Cannot ask the target for its brokers";
        var metadata = await _calls.AskAsync(
            What, () => _calls.CallAsync(admin => Task.FromResult(admin.GetMetadata(Patience)), Patience, cancellation), cancellation, isFirst: true);
        return metadata.Brokers.Count;
    }

    /// <inheritdoc />
    public Task<bool?> MayCreateAsync(CancellationToken cancellation) => new VisibleRights(_calls, Patience).MayCreateTopicsAsync(cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> CreateAsync(NewTopic topic, CancellationToken cancellation)
    {
        var leftOut = new List<string>();
        while (await FindRefusedAsync(topic, cancellation) is { } refused)
        {
            leftOut.Add(refused);
            topic = topic with { Configurations = topic.Configurations.Where(setting => setting.Key != refused).ToDictionary(StringComparer.Ordinal) };
        }

        return leftOut;
    }

    /// <summary>Makes the topic, or tells the setting for which the broker did not.</summary>
    private Task<string?> FindRefusedAsync(NewTopic topic, CancellationToken cancellation)
    {
        var what = $"Cannot create the topic '{topic.Name}'";
        return _calls.AskAsync(what, TryAsync, cancellation);

        async Task<string?> TryAsync()
        {
            try
            {
                await _calls.CallAsync(admin => CreateAsync(admin, topic), Patience, cancellation);
                return null;
            }
            catch (CreateTopicsException e) when (e.Results is [{ Error: var error }])
            {
                return error.Code switch
                {
                    ErrorCode.InvalidConfig when topic.Configurations.Keys.Where(key => error.Reason.Contains(key, StringComparison.Ordinal)).MaxBy(key => key.Length) is { } named
                        && !Needed.Contains(named) => named,
                    ErrorCode.TopicAlreadyExists => throw new BackupException(FailureKind.Configuration,
                        $"{what}: it exists at {clients.Address} by now: somebody else made it. Start again to restore into it, if it is empty, or give the restored one another name by restore.topic_mapping."),
                    _ => throw _calls.Failure(what, error, e),
                };
            }
        }
    }

    private static async Task<bool> CreateAsync(IAdminClient admin, NewTopic topic)
    {
        await admin.CreateTopicsAsync(
            [
                new TopicSpecification
                {
                    Name = topic.Name,
                    NumPartitions = topic.Partitions,
                    ReplicationFactor = (short)(topic.ReplicationFactor ?? -1),
                    Configs = new Dictionary<string, string>(topic.Configurations),
                },
            ],
            new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = BrokerPatience });
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();
}
