using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <content>Topics that are there.</content>
public sealed partial class KafkaTopicMaker
{
    /// <summary>How long the deletion of records may take.</summary>
    private static readonly TimeSpan DeletePatience = TimeSpan.FromMinutes(2);

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, ExistingTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        const string What = "Cannot ask the target for its topics";
        var metadata = await _calls.AskAsync(What, () => _calls.CallAsync(admin => Task.FromResult(admin.GetMetadata(Patience)), Patience, cancellation), cancellation);
        var reports = await new TopicConfigurationReader(_calls, Patience).AskAsync([.. topics], cancellation);
        var brokers = metadata.Brokers.Select(broker => broker.BrokerId).ToHashSet();
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        var rights = await new VisibleRights(_calls, Patience).OfTopicsAsync([.. metadata.Topics.Where(topic => wanted.Contains(topic.Topic))], cancellation);
        return (from topic in metadata.Topics
                join report in reports on topic.Topic equals report.ConfigResource.Name
                where topic.Partitions.Count > 0
                select Existing(topic, report, brokers) with { Rights = rights.GetValueOrDefault(topic.Topic) }).ToDictionary(topic => topic.Name, StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public Task SetAsync(string topic, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        if (settings.Count == 0)
        {
            return Task.CompletedTask;
        }

        var what = $"Cannot change {string.Join(", ", settings.Keys.Order(StringComparer.Ordinal))} of topic '{topic}'";
        var change = new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [.. settings.Select(setting => new ConfigEntry { Name = setting.Key, Value = setting.Value ?? "", IncrementalOperation = setting.Value is null ? AlterConfigOpType.Delete : AlterConfigOpType.Set })],
        };
        return _calls.AskAsync(what, TryAsync, cancellation);

        async Task<bool> TryAsync()
        {
            try
            {
                await _calls.CallAsync(admin => admin.IncrementalAlterConfigsAsync(change, new IncrementalAlterConfigsOptions { RequestTimeout = Patience }), Patience, cancellation);
                return true;
            }
            catch (IncrementalAlterConfigsException e) when (e.Results is [{ Error: var error }])
            {
                throw _calls.Failure(what, error, e);
            }
        }
    }

    /// <inheritdoc />
    public Task DeleteRecordsAsync(IReadOnlyDictionary<PartitionId, long> below, CancellationToken cancellation)
    {
        var places = below.Select(place => new TopicPartitionOffset(place.Key.Topic, place.Key.Number, place.Value)).ToList();
        return _calls.AskAsync("Cannot delete records at the target", TryAsync, cancellation);

        async Task<bool> TryAsync()
        {
            try
            {
                var options = new DeleteRecordsOptions { RequestTimeout = DeletePatience, OperationTimeout = DeletePatience };
                await _calls.CallAsync(admin => admin.DeleteRecordsAsync(places, options), DeletePatience, cancellation);
                return true;
            }
            catch (DeleteRecordsException e) when (e.Results.Find(result => result.Error.IsError) is { } refused)
            {
                throw _calls.Failure($"Cannot delete the records of {new PartitionId(refused.Topic, refused.Partition.Value)}", refused.Error, e);
            }
        }
    }

    /// <summary>Brokers tell of each setting all that was set for it, the strongest first.</summary>
    private static string? DefaultOf(ConfigEntryResult entry) =>
        entry.Source == ConfigSource.DynamicTopicConfig ? entry.Synonyms.Find(synonym => synonym.Source != ConfigSource.DynamicTopicConfig)?.Value : entry.Value;

    private ExistingTopic Existing(TopicMetadata topic, DescribeConfigsReport report, HashSet<int> brokers)
    {
        var settings = report.Error.IsError
            ? throw _calls.Failure($"Cannot see the settings of topic '{topic.Topic}', which may delete what is restored (the user needs the right DescribeConfigs)", report.Error)
            : report.Entries.Values.Where(entry => entry.Value is not null).ToList();
        return new ExistingTopic(
            topic.Topic, topic.Partitions.Count, settings.ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal),
            settings.Where(entry => entry.Source == ConfigSource.DynamicTopicConfig).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal))
        {
            Defaults = settings.Select(entry => (entry.Name, Default: DefaultOf(entry))).Where(entry => entry.Default is not null).ToDictionary(entry => entry.Name, entry => entry.Default!, StringComparer.Ordinal),
            IsInSync = topic.Partitions.TrueForAll(partition => partition.Replicas.All(replica => brokers.Contains(replica) && partition.InSyncReplicas.Contains(replica))),
        };
    }
}
