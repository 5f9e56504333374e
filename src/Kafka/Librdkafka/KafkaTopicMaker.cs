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
        while (await MakeAsync(topic, cancellation) is { } refused)
        {
            leftOut.Add(refused);
            topic = Without(topic, refused);
        }

        return leftOut;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string>> FindRefusedAsync(NewTopic topic, CancellationToken cancellation)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal); // A broker tells of one at a time.
        while (await _calls.AskAsync("Cannot ask the target whether it takes the settings of topics", TryAsync, cancellation) is { Setting: { } refused, Reason: var reason })
        {
            found.Add(refused, reason);
            topic = Without(topic, refused);
        }

        return found;

        async Task<(string? Setting, string Reason)> TryAsync()
        {
            try
            {
                await _calls.CallAsync(admin => CreateAsync(admin, topic, isDry: true), Patience, cancellation);
                return default;
            }
            catch (CreateTopicsException e) when (e.Results is [{ Error: var error }])
            {
                return (NamedBy(error, topic), error.Reason.TrimEnd('.'));
            }
        }
    }

    private static NewTopic Without(NewTopic topic, string refused) => topic with { Configurations = topic.Configurations.Where(setting => setting.Key != refused).ToDictionary(StringComparer.Ordinal) };

    /// <summary>The setting that the broker does not take; null when it does not say so.</summary>
    private static string? NamedBy(Error error, NewTopic topic) => error.Code == ErrorCode.InvalidConfig
        ? topic.Configurations.Keys.Where(key => error.Reason.Contains(key, StringComparison.Ordinal)).MaxBy(key => key.Length)
        : null;

    /// <summary>Makes the topic, or tells the setting for which the broker did not.</summary>
    private Task<string?> MakeAsync(NewTopic topic, CancellationToken cancellation)
    {
        var what = $"Cannot create the topic '{topic.Name}'";
        return _calls.AskAsync(what, TryAsync, cancellation);

        async Task<string?> TryAsync()
        {
            try
            {
                await _calls.CallAsync(admin => CreateAsync(admin, topic, isDry: false), Patience, cancellation);
                return null;
            }
            catch (CreateTopicsException e) when (e.Results is [{ Error: var error }])
            {
                return error.Code switch
                {
                    ErrorCode.InvalidConfig when NamedBy(error, topic) is { } named && !Needed.Contains(named) => named,
                    ErrorCode.TopicAlreadyExists => throw new BackupException(FailureKind.Configuration,
                        $"{what}: it exists at {clients.Address} by now: somebody else made it. Start again to restore into it, if it is empty, or give the restored one another name by restore.topic_mapping."),
                    _ => throw _calls.Failure(what, error, e),
                };
            }
        }
    }

    private static async Task<bool> CreateAsync(IAdminClient admin, NewTopic topic, bool isDry)
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
            new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = BrokerPatience, ValidateOnly = isDry });
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();
}
