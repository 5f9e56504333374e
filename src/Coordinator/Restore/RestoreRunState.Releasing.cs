using static KafkaBackup.Coordinator.Restore.RestoreEffects;

namespace KafkaBackup.Coordinator.Restore;

/// <content>What is held of topics to no purpose any more, at the end.</content>
internal sealed partial record RestoreRunState
{
    /// <summary>Ends, and gives topics their settings back before, once all is there.</summary>
    private RestoreStep Release()
    {
        var held = Made.Where(topic => topic.Held.Count > 0).ToList();
        if (IsDryRun || IsStopping || !Failures.IsEmpty || held.Count == 0 || !Restored.TrueForAll(restored => restored.IsSound))
        {
            return End();
        }

        var oldest = Restored.Where(restored => restored.Records > 0).GroupBy(restored => restored.Order.Target.Topic)
            .ToDictionary(topic => topic.Key, topic => topic.Min(restored => restored.Span?.Earliest ?? long.MinValue), StringComparer.Ordinal);
        return (this with { Phase = RestorePhase.Releasing }).Do(new ReleaseHolds(
            [.. held.Select(topic => (topic, oldest.TryGetValue(topic.Made.Name, out var earliest) ? earliest : (long?)null))]));
    }

    private RestoreStep OnReleased(IReadOnlyList<string> topics) =>
        (this with { Made = Made.ConvertAll(topic => topics.Contains(topic.Made.Name) ? topic.WithoutHold() : topic) }).End();
}
