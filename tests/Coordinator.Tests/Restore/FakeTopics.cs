using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>Topics at a target that nobody makes.</summary>
internal sealed class FakeTopics : ITopicMaker
{
    public Dictionary<string, ExistingTopic> There { get; } = [];

    public Dictionary<string, IReadOnlyDictionary<string, string?>> Changed { get; } = [];

    public Task<int> CountBrokersAsync(CancellationToken cancellation) => Task.FromResult(1);

    public bool? MayCreate { get; set; }

    public Task<bool?> MayCreateAsync(CancellationToken cancellation) => Task.FromResult(MayCreate);

    public Task<IReadOnlyDictionary<string, ExistingTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, ExistingTopic>>(There.Where(topic => topics.Contains(topic.Key)).ToDictionary());

    /// <summary>So many changes fail for a passing reason.</summary>
    public int Breaks { get; set; }

    public Task SetAsync(string topic, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        if (Breaks-- > 0)
        {
            throw new BackupException(FailureKind.Source, "The connection broke.") { IsRetryable = true };
        }

        Changed.Add(topic, settings);
        return Task.CompletedTask;
    }

    public Task DeleteRecordsAsync(IReadOnlyDictionary<PartitionId, long> below, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> CreateAsync(NewTopic topic, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>What it does not take, with the reason.</summary>
    public Dictionary<string, string> Refuses { get; } = [];

    public Task<IReadOnlyDictionary<string, string>> FindRefusedAsync(NewTopic topic, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(Refuses.Where(setting => topic.Configurations.ContainsKey(setting.Key)).ToDictionary());

    public void Dispose()
    {
    }
}
