using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;

namespace KafkaBackup.Coordinator.Restore;

/// <content>What the target does to the records, as counted while they were read.</content>
internal sealed partial record RestoreRunState
{
    /// <summary>What is done about settings of topics that are there.</summary>
    public RetentionPolicy Policy { get; init; }

    /// <summary>What a dry run has counted is told, and what would fail.</summary>
    private RestoreStep JudgeThem()
    {
        // Where something stands in the way a restore does not come to what would make it fail later.
        var faults = PlannedHarms.FaultsOf(Plan!.Topics, Restored, Policy).Select(fault => Plan.Refusals.Count == 0 ? fault : fault with { Kind = FailureKind.Configuration }).ToList();
        return (this with { Failures = Failures.AddRange(faults) }).Do([.. SayHarms(), .. faults.Select(fault => new Say(log => log.Refused(fault.Message)))]).Then(state => state.Restored.IsEmpty ? state.End() : state.SetGroups());
    }

    /// <summary>Whether nothing would come into it, as its topic cannot be restored into.</summary>
    private bool IsRefused(PartitionId target) => Plan!.Topics.Any(topic => topic.IsRefused && topic.Made.Name == target.Topic);

    private IEnumerable<Say> SayHarms()
    {
        var restored = Restored.ToLookup(partition => partition.Order.Target.Topic);
        foreach (var topic in Plan?.Topics ?? [])
        {
            var (harms, leavesOut) = (PlannedHarms.Of(restored[topic.Made.Name]), restored[topic.Made.Name].Any(partition => partition.Order.Rules.LeavesOut));
            if (harms.Avoidable > 0)
            {
                yield return new Say(log => log.Harms(topic, harms, leavesOut));
            }

            if (harms.TooLarge > 0 && !PlannedHarms.KnowsSize(topic))
            {
                yield return new Say(log => log.MayBeTooLarge(topic.Made.Name, harms.TooLarge, TargetLimits.KafkaMessageBytes));
            }
        }

        if (ChosenNothing.Of(Plan, Restored) is { } nothing)
        {
            yield return new Say(log => log.ChosenNothing(nothing));
        }
    }
}
