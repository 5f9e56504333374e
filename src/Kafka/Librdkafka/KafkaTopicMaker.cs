using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Makes topics through librdkafka's admin client.</summary>
public sealed class KafkaTopicMaker(KafkaClients clients) : ITopicMaker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Settings that brokers before 3.6 do not know.</summary>
    private static readonly string[] Recent = ["message.timestamp.before.max.ms", "message.timestamp.after.max.ms"];

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
    public async Task<IReadOnlyList<string>> CreateAsync(NewTopic topic, CancellationToken cancellation)
    {
        if (await TryCreateAsync(topic, cancellation))
        {
            return [];
        }

        var known = topic.Configurations.Where(setting => !Recent.Contains(setting.Key)).ToDictionary(setting => setting.Key, setting => setting.Value);
        await TryCreateAsync(topic with { Configurations = known }, cancellation);
        return [.. Recent.Where(topic.Configurations.ContainsKey)];
    }

    /// <summary>False when the broker does not take a setting, and another try without recent ones may be better.</summary>
    private Task<bool> TryCreateAsync(NewTopic topic, CancellationToken cancellation)
    {
        var what = $"Cannot create the topic '{topic.Name}'";
        return _calls.AskAsync(what, TryAsync, cancellation);

        async Task<bool> TryAsync()
        {
            try
            {
                return await _calls.CallAsync(admin => CreateAsync(admin, topic), Patience, cancellation);
            }
            catch (CreateTopicsException e) when (e.Results is [{ Error: var error }])
            {
                return error.Code switch
                {
                    ErrorCode.InvalidConfig when Recent.Any(topic.Configurations.ContainsKey) => false,
                    ErrorCode.TopicAlreadyExists => throw new BackupException(FailureKind.Configuration,
                        $"{what}: it exists at {clients.Address}. This version restores into topics that it creates: delete it, or give it another name by restore.topic_mapping."),
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
            new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience });
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();
}
