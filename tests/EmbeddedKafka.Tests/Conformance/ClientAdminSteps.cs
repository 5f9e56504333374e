using Confluent.Kafka.Admin;
using Confluent.Kafka;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>An administrator makes, describes and deletes.</summary>
internal sealed class ClientAdminSteps(ScriptRun run) : ClientSteps(run)
{
    public override async Task TakeAsync()
    {
        using var admin = NewAdmin();
        await DescribeClusterAsync(admin);
        await MakeTopicAsync(admin, "client", 2, ("cleanup.policy", "compact,delete"), ("max.message.bytes", "2000"));
        await CreateAsync(admin);
        await DescribeTopicsAsync(admin);
        await DescribeConfigsAsync(admin);
        NoteMetadata(admin, "metadata", Run.Own("client"));
        NoteMetadata(admin, "metadata of an unknown topic", Run.Own("nowhere"));
        await TryAsync("topics deleted", () => admin.DeleteTopicsAsync([Run.Own("client")]));
        await TryAsync("topics deleted again", () => admin.DeleteTopicsAsync([Run.Own("client"), Run.Own("nowhere")]));
    }

    private async Task DescribeClusterAsync(IAdminClient admin)
    {
        var cluster = await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true });
        Note("cluster", "ClusterId", cluster.ClusterId);
        Note("cluster", "Nodes count", cluster.Nodes.Count);
        Note("cluster", "ControllerId", cluster.Controller.Id);
        Note("cluster", "AuthorizedOperations", string.Join(' ', cluster.AuthorizedOperations.Order()));
    }

    private async Task CreateAsync(IAdminClient admin)
    {
        (string Name, int Partitions, short Replicas, string? Setting, string Value)[] topics =
        [
            ("client", 1, 1, null, ""),
            ("client-none", 0, 1, null, ""),
            ("client-negative", -2, 1, null, ""),
            ("client-replicas", 1, 3, null, ""),
            ("client not allowed", 1, 1, null, ""),
            ("client-setting", 1, 1, "no.such.setting", "1"),
            ("client-value", 1, 1, "retention.ms", "soon"),
        ];
        foreach (var (name, partitions, replicas, setting, value) in topics)
        {
            var specification = new TopicSpecification { Name = Run.Own(name), NumPartitions = partitions, ReplicationFactor = replicas };
            if (setting is not null)
            {
                specification.Configs = new Dictionary<string, string>(StringComparer.Ordinal) { [setting] = value };
            }

            await TryAsync($"topic '{name}' with {partitions} partitions and {replicas} replicas, {setting}", () => admin.CreateTopicsAsync([specification]));
        }
    }

    private async Task DescribeTopicsAsync(IAdminClient admin)
    {
        var options = new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true };
        var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([Run.Own("client")]), options);
        foreach (var topic in described.TopicDescriptions)
        {
            Note("topic described", "Name", topic.Name);
            Note("topic described", "IsInternal", topic.IsInternal);
            Note("topic described", "AuthorizedOperations", string.Join(' ', topic.AuthorizedOperations.Order()));
            foreach (var partition in topic.Partitions)
            {
                Note("topic described", $"Partitions[{partition.Partition}].LeaderId", partition.Leader.Id);
                Note("topic described", $"Partitions[{partition.Partition}].Replicas count", partition.Replicas.Count);
                Note("topic described", $"Partitions[{partition.Partition}].ISR count", partition.ISR.Count);
            }
        }

        await TryAsync("unknown topic described", () => admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([Run.Own("nowhere")]), options));
    }

    private async Task DescribeConfigsAsync(IAdminClient admin)
    {
        var described = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = Run.Own("client") }]);
        foreach (var entry in described[0].Entries.Values)
        {
            Note("settings", $"[{entry.Name}].Value", entry.Value);
            Note("settings", $"[{entry.Name}].Source", entry.Source);
            Note("settings", $"[{entry.Name}].IsDefault", entry.IsDefault);
            Note("settings", $"[{entry.Name}].IsReadOnly", entry.IsReadOnly);
            Note("settings", $"[{entry.Name}].IsSensitive", entry.IsSensitive);
        }

        await TryAsync(
            "settings of an unknown topic", () => admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = Run.Own("nowhere") }]));
    }

    private void NoteMetadata(IAdminClient admin, string step, string name)
    {
        foreach (var topic in admin.GetMetadata(name, Patience).Topics)
        {
            Note(step, "Topic", topic.Topic);
            Note(step, "Error", topic.Error.Code);
            foreach (var partition in topic.Partitions)
            {
                Note(step, $"Partitions[{partition.PartitionId}].Error", partition.Error.Code);
                Note(step, $"Partitions[{partition.PartitionId}].LeaderId", partition.Leader);
                Note(step, $"Partitions[{partition.PartitionId}].Replicas count", partition.Replicas.Length);
                Note(step, $"Partitions[{partition.PartitionId}].InSyncReplicas count", partition.InSyncReplicas.Length);
            }
        }
    }
}
