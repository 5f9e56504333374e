using System.Text.Json.Serialization;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Ledger;

/// <summary>What a backup remembers of a topic, to recognize it and to make it anew.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">Number of partitions when last seen.</param>
/// <param name="TopicId">Kafka's topic id; another id under the same name is another topic. Null when unknown.</param>
public sealed record TopicFacts(string Name, int Partitions, string? TopicId = null)
{
    /// <summary>Where partitions began that were empty when the backup first saw them, by number. What the source deletes from there on, before it was
    /// read, is a gap, though no entry says that the partition was ever looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<int, long>? EmptyFrom { get; init; }

    /// <summary>How many replicas a partition has at the source; null when that was never told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ReplicationFactor { get; init; }

    /// <summary>The settings that the topic itself was given at the source, as <see cref="ITopicCatalog.GetConfigurationsAsync"/> tells them.
    /// Empty when it has defaults only; null when that was never told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Configurations { get; init; }

    /// <summary>These facts, and what was <paramref name="remembered"/> of the same topic before: of an empty partition's beginning what was seen
    /// first counts, of all else what was told last.</summary>
    public TopicFacts MergedWith(TopicFacts? remembered)
    {
        var starts = (EmptyFrom ?? None).Concat(remembered?.EmptyFrom ?? None).GroupBy(start => start.Key).ToDictionary(same => same.Key, same => same.Last().Value);
        return this with
        {
            TopicId = SourceIdentity.Known(TopicId) ?? SourceIdentity.Known(remembered?.TopicId),
            EmptyFrom = starts.Count == 0 ? null : starts,
            ReplicationFactor = ReplicationFactor ?? remembered?.ReplicationFactor,
            Configurations = Configurations ?? remembered?.Configurations,
        };
    }

    /// <inheritdoc />
    public bool Equals(TopicFacts? other) => other is not null
        && (Name, Partitions, TopicId, ReplicationFactor) == (other.Name, other.Partitions, other.TopicId, other.ReplicationFactor)
        && AreSame(Configurations, other.Configurations)
        && (EmptyFrom ?? None).OrderBy(start => start.Key).SequenceEqual((other.EmptyFrom ?? None).OrderBy(start => start.Key));

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Partitions, TopicId);

    private static bool AreSame(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) => one is null || other is null
        ? one is null && other is null
        : one.Count == other.Count && one.All(setting => other.TryGetValue(setting.Key, out var value) && value == setting.Value);

    private static readonly IReadOnlyDictionary<int, long> None = new Dictionary<int, long>();
}
