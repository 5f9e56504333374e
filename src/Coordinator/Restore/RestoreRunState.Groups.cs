using System.Collections.Immutable;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;

namespace KafkaBackup.Coordinator.Restore;

/// <content>The offsets of consumer groups, once what they read is restored and counted.</content>
internal sealed partial record RestoreRunState
{
    private const int GroupsAtOnce = 16;

    /// <summary>Groups that are not set yet, and are not about to be.</summary>
    private ImmutableQueue<RestoredGroup> WaitingGroups { get; init; } = [];

    /// <summary>Those whose places were found by time.</summary>
    private IReadOnlyList<RestoredGroup> FoundGroups { get; init; } = [];

    /// <summary>The ids of those that are set now.</summary>
    private ImmutableHashSet<string> GroupsInWork { get; init; } = [];

    /// <summary>The ids of those that could not be set.</summary>
    private ImmutableList<string> UnsetGroups { get; init; } = [];

    /// <summary>The ids of those that are set.</summary>
    private ImmutableList<string> DoneGroups { get; init; } = [];

    /// <summary>Whether any group is to be set at the end.</summary>
    private bool SetsGroups => Plan is { Groups.Count: > 0 } && !IsDryRun && Strategy != GroupStrategy.Manual;

    /// <summary>How their places are found, and what is done with them.</summary>
    public GroupStrategy Strategy { get; init; }

    /// <summary>Whether groups have been left as they were.</summary>
    private bool LeavesGroups => SetsGroups && (Phase is not (RestorePhase.SettingGroups or RestorePhase.Releasing) || !WaitingGroups.IsEmpty);

    /// <summary>Sets the groups, as far as what they read is there; of a dry run only tells what they would become.</summary>
    private RestoreStep SetGroups()
    {
        if (Plan!.Groups.Count == 0 || (IsStopping && !IsDryRun))
        {
            return Release();
        }

        var restored = Restored.ToDictionary(partition => partition.Order.Target);
        var groups = Plan.Groups.Select(group => RestoredGroup.Of(group, restored)).ToList();
        if (IsDryRun)
        {
            return Do([.. groups.Select(group => new Say(log => log.WouldSet(group.Without(IsRefused))))]).Then(state => state.End());
        }

        var waiting = groups.Where(group => group.Places.Count > 0).ToList();
        var said = Do([.. groups.Where(group => group.Left.Count > 0).Select(group => new Say(log => log.LeftUnset(group)))]);
        return Strategy switch
        {
            GroupStrategy.Manual => said.Then(state => state.Do([.. waiting.Select(group => new Say(log => log.ByHand(group)))])).Then(state => state.Release()),
            GroupStrategy.Timestamps => said.Then(state => state.With(waiting).Do(new FindPlaces(waiting, restored.ToDictionary(partition => partition.Key, partition => partition.Value.Order)))),
            _ => said.Then(state => state.With(waiting).StartMoreGroups()),
        };
    }

    private RestoreRunState With(IEnumerable<RestoredGroup> waiting) => this with { Phase = RestorePhase.SettingGroups, WaitingGroups = ImmutableQueue.CreateRange(waiting) };

    /// <summary>Without their places none of the groups can be set.</summary>
    private RestoreStep OnPlacesUnknown(Fault failure)
    {
        var groups = WaitingGroups.ToList();
        return (this with { WaitingGroups = [], Failures = Failures.Add(failure), UnsetGroups = UnsetGroups.AddRange(groups.Select(group => group.Id)) })
            .Do([.. groups.Select(group => new Say(log => log.NotSet(group, failure.Message)))]).Then(state => state.Release());
    }

    private RestoreStep StartMoreGroups()
    {
        var (state, effects) = (this, ImmutableList<RestoreEffect>.Empty);
        while (!state.IsStopping && state.GroupsInWork.Count < GroupsAtOnce && !state.WaitingGroups.IsEmpty)
        {
            state = state with { WaitingGroups = state.WaitingGroups.Dequeue(out var group), GroupsInWork = state.GroupsInWork.Add(group.Id) };
            effects = effects.Add(new SetGroup(group));
        }

        var step = new RestoreStep(state, effects);
        return state.GroupsInWork.Count > 0 ? step : step.Then(after => after.Release());
    }

    /// <summary>A group that cannot be set keeps no other from being set. What fails because it was broken off is no failure, and is left as if not begun.</summary>
    private RestoreStep OnGroupSet(RestoreMessages.GroupSet set)
    {
        var (group, failure) = (set.Group, set.Failure);
        var ended = this with { GroupsInWork = GroupsInWork.Remove(group.Id) };
        var step = failure switch
        {
            null => (ended with { DoneGroups = DoneGroups.Add(group.Id) }).Do(new Say(log => log.Set(group, set.WithoutMetadata ?? []))),
            _ when IsStopping => (ended with { WaitingGroups = WaitingGroups.Enqueue(group) }).Do(),
            _ => (ended with { Failures = Failures.Add(failure), UnsetGroups = UnsetGroups.Add(group.Id) }).Do(new Say(log => log.NotSet(group, failure.Message))),
        };
        return step.Then(state => state.StartMoreGroups());
    }

    /// <summary>What the operator has to do for groups that were left as they were.</summary>
    private ImmutableList<RestoreEffect> SayLeftGroups() => !LeavesGroups || HasLapsed || Restored.IsEmpty
        ? []
        : Phase == RestorePhase.SettingGroups
            ? [.. WaitingGroups.Select(group => new Say(log => log.NotSet(group, $"The offsets of consumer group '{group.Id}' are not set, as the restore was stopped.")))]
            : [new Say(log => log.NoneSet(Plan!.Groups))];
}
