using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Topics are made, described and deleted.</summary>
internal sealed class RawTopicSteps(ScriptRun run) : RawSteps(run)
{
    private const sbyte TopicResource = 2;
    private const sbyte NodeResource = 4;
    private static readonly Guid Stranger = new("00000000-0000-0000-0000-0000000000ff");

    public override async Task TakeAsync()
    {
        await MakeTopicAsync("there");
        await MakeTopicAsync("there.too");
        await MakeTopicAsync("set", 1, ("cleanup.policy", "compact,delete"), ("message.timestamp.type", "LogAppendTime"), ("max.message.bytes", "1000"));
        foreach (var version in Versions(ApiKey.CreateTopics))
        {
            await CreateAsync(version);
        }

        foreach (var version in Versions(ApiKey.DeleteTopics))
        {
            await DeleteAsync(version);
        }

        foreach (var version in Versions(ApiKey.DescribeConfigs))
        {
            await DescribeAsync(version);
        }
    }

    private async Task CreateAsync(short version)
    {
        string Name(string name) => Run.Own($"v{version}-{name}");
        CreateTopicsRequest.Topic Topic(string name, int partitions = 1, short replicas = 1, params (string Name, string? Value)[] configs) => new()
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = replicas,
            Configs = configs.Select(config => new CreateTopicsRequest.Config { Name = config.Name, Value = config.Value }).ToList(),
        };
        CreateTopicsRequest.Topic Assigned(string name, int partitions, short replicas, params CreateTopicsRequest.Assignment[] assignments) =>
            new() { Name = name, NumPartitions = partitions, ReplicationFactor = replicas, Assignments = [.. assignments] };

        CreateTopicsRequest.Topic[] topics =
        [
            Topic(Name("plain"), partitions: 2),
            Topic(Name("set"), 1, 1, ("cleanup.policy", "compact,delete"), ("retention.ms", "-1"), ("compression.type", "producer")),
            Topic(Name("default"), -1, -1),
            Topic(Run.Own("there")),
            Topic(Run.Own("there_too")),
            Topic("not allowed"),
            Topic(""),
            Topic(Name("no-partitions"), partitions: 0),
            Topic(Name("negative-partitions"), partitions: -2),
            Topic(Name("no-replicas"), replicas: 0),
            Topic(Name("too-many-replicas"), replicas: 3),
            Topic(Name("unknown-setting"), 1, 1, ("no.such.setting", "1")),
            Topic(Name("wrong-number"), 1, 1, ("retention.ms", "soon")),
            Topic(Name("negative-number"), 1, 1, ("max.message.bytes", "-1")),
            Topic(Name("wrong-ratio"), 1, 1, ("min.cleanable.dirty.ratio", "1.5")),
            Topic(Name("wrong-choice"), 1, 1, ("cleanup.policy", "burn")),
            Topic(Name("no-value"), 1, 1, ("retention.ms", null)),
            Topic(Name("repeated-setting"), 1, 1, ("retention.ms", "1"), ("retention.ms", "2")),
            Topic(Name("twice")),
            Topic(Name("twice")),
            Assigned(Name("assigned"), -1, -1, Assignment(0, 1), Assignment(1, 1)),
            Assigned(Name("assigned-and-counted"), 1, 1, Assignment(0, 1)),
            Assigned(Name("assigned-with-gap"), -1, -1, Assignment(0, 1), Assignment(2, 1)),
            Assigned(Name("assigned-elsewhere"), -1, -1, Assignment(0, 7)),
            Assigned(Name("assigned-twice"), -1, -1, Assignment(0, 1, 1)),
            Assigned(Name("assigned-nowhere"), -1, -1, Assignment(0)),
        ];
        foreach (var validateOnly in new[] { true, false })
        {
            await AskAsync<CreateTopicsResponse>(ApiKey.CreateTopics, version, validateOnly ? "only validated" : "made", new CreateTopicsRequest
            {
                TimeoutMs = TestLimits.HangMs,
                ValidateOnly = validateOnly,
                Topics = [.. topics],
            });
        }
    }

    private async Task DeleteAsync(short version)
    {
        var (byName, byId) = ($"v{version}-by-name", $"v{version}-by-id");
        await MakeTopicAsync(byName);
        var id = await MakeTopicAsync(byId);
        DeleteTopicsRequest.Topic[] topics = version < 6
            ? [Named(Run.Own(byName)), Named(Run.Own("nowhere")), Named("not allowed")]
            : [Named(Run.Own(byName)), Named(Run.Own("nowhere")), Named("not allowed"), new() { TopicId = id }, new() { TopicId = Stranger }];
        await AskDeleteAsync(version, "some", topics);
        await AskDeleteAsync(version, "again", Named(Run.Own(byName)));
        await AskDeleteAsync(version, "twice", Named(Run.Own("there")), Named(Run.Own("there")));
        await AskDeleteAsync(version, "none");
        if (version >= 6)
        {
            await AskDeleteAsync(version, "by id and name", new DeleteTopicsRequest.Topic { Name = Run.Own("there"), TopicId = id });
            await AskDeleteAsync(version, "by nothing", new DeleteTopicsRequest.Topic());
        }
    }

    private async Task AskDeleteAsync(short version, string step, params DeleteTopicsRequest.Topic[] topics)
    {
        var answer = await QuietlyAsync<DeleteTopicsResponse>(ApiKey.DeleteTopics, version, new DeleteTopicsRequest
        {
            TimeoutMs = TestLimits.HangMs,
            Topics = [.. topics],
            TopicNames = topics.Select(topic => topic.Name ?? "").ToList(),
        });

        // The order is that of a hash table, and an id may be all that a topic has.
        answer.Topics =
            [.. answer.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).ThenBy(topic => topic.TopicId == Stranger).ThenBy(topic => topic.ErrorCode)];
        Write(ApiKey.DeleteTopics, version, step, answer);
    }

    private async Task DescribeAsync(short version)
    {
        DescribeConfigsRequest.Resource Resource(sbyte type, string name, params string[]? keys) =>
            new() { ResourceType = type, ResourceName = name, ConfigurationKeys = keys?.ToList() };

        await AskDescribeAsync(version, "all settings", Resource(TopicResource, Run.Own("set"), null));
        await AskDescribeAsync(version, "some settings", Resource(TopicResource, Run.Own("set"), "retention.ms", "nonsense"));
        await AskDescribeAsync(version, "no settings", Resource(TopicResource, Run.Own("set")));
        await AskDescribeAsync(version, "unknown topic", Resource(TopicResource, Run.Own("nowhere"), null));
        await AskDescribeAsync(version, "impossible topic", Resource(TopicResource, "not allowed", null));
        await AskDescribeAsync(version, "nameless topic", Resource(TopicResource, "", null));
        await AskDescribeAsync(version, "unknown node", Resource(NodeResource, "77", null));
        await AskDescribeAsync(version, "node without a number", Resource(NodeResource, "x", null));
        await AskDescribeAsync(version, "node", Resource(NodeResource, "1", "log.retention.hours"));
        await AskDescribeAsync(version, "unknown kind", Resource(99, "x", null));
        await AskDescribeAsync(version, "synonyms", Resource(TopicResource, Run.Own("set"), "retention.ms"), synonyms: true);
        await AskDescribeAsync(version, "documentation", Resource(TopicResource, Run.Own("set"), "retention.ms"), documentation: true);
    }

    private Task AskDescribeAsync(
        short version, string step, DescribeConfigsRequest.Resource resource, bool synonyms = false, bool documentation = false) =>
        AskAsync<DescribeConfigsResponse>(ApiKey.DescribeConfigs, version, step, new DescribeConfigsRequest
        {
            Resources = [resource],
            IncludeSynonyms = synonyms,
            IncludeDocumentation = documentation,
        });

    private static DeleteTopicsRequest.Topic Named(string name) => new() { Name = name };

    private static CreateTopicsRequest.Assignment Assignment(int partition, params int[] brokers) => new() { PartitionIndex = partition, BrokerIds = [.. brokers] };
}
