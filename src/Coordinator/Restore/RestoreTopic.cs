using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>A topic that a restore makes, or takes as it is: with holds, so that nothing of what is restored is deleted or refused for its age.</summary>
/// <param name="Source">Its name in the backup.</param>
/// <param name="Made">As it is made.</param>
/// <param name="Held">The settings that are held, with what the source had for each, or the topic itself when it exists; null where that was the cluster's own.</param>
public sealed record RestoreTopic(string Source, NewTopic Made, IReadOnlyDictionary<string, string?> Held)
{
    /// <summary>The same, with nothing held any more.</summary>
    public RestoreTopic WithoutHold() => this with { Held = new Dictionary<string, string?>() };

    /// <summary>The settings that it has once nothing is held any more, as far as they are known.</summary>
    public IReadOnlyDictionary<string, string> Own =>
        Made.Configurations.Where(setting => !RestorePlan.IsHold(setting.Key, setting.Value) && Held.GetValueOrDefault(setting.Key) is null)
            .Concat(Held.Where(setting => setting.Value is not null).Select(setting => KeyValuePair.Create(setting.Key, setting.Value!))).ToDictionary(StringComparer.Ordinal);

    /// <summary>What the user may do with it, where it is there and the target tells; else null.</summary>
    public IReadOnlySet<string>? Rights { get; init; }

    /// <summary>How many records that are not the restore's it would delete of it before it begins.</summary>
    public long Deleted { get; init; }

    /// <summary>Whether it has been made, and nothing was written into it.</summary>
    public bool IsMade { get; init; }

    /// <summary>Whether an earlier attempt has begun in it: what is there from then on is the restore's own.</summary>
    public bool IsBegun { get; init; }

    /// <summary>Whether something stands in the way of restoring into it, where it is only to be told what would be done.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether others made it, and the restore takes it as it is, but for what is held.</summary>
    public bool Exists { get; init; }
}
