using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>How a restore stands, and what an event changes about it. Pure.</summary>
/// <remarks>
/// <code>
/// State      Leaves on                                       Goes to
/// Planning   Planned                                         Making
///            StepFailed                                      Ended
/// Making     TopicMade, the last one                         Restoring
///            StepFailed                                      Ended, with the topics that are made named
/// Restoring  PartitionRestored, none in work and none next   Counting
/// Counting   Counted                                         Comparing when all records are to be compared; SettingGroups; Releasing when there are none
///            StepFailed                                      Ended
/// Comparing  PartitionRestored, none in work and none next   as Counting leaves on Counted
/// Setting-   GroupSet, none in work and none next            Releasing
///   Groups   StepFailed: the times of records are not known  Releasing
/// Releasing  Released; at once when nothing is held,         Ended
///            or not all is there
/// Any but Ended: ClaimLost                                   Ended; what is on its way is cut off, as another process may be writing by now
/// A dry run goes from Planning to Restoring, with a sink that writes nothing, and from there to Ended.
/// StopRestore in Planning and Making: what is under way is broken off, then Ended; in Restoring: nothing more is begun, what is in work comes to its end;
/// in Comparing: the same; in Counting: nothing is compared and no group is set; nothing where there are none, or in Releasing, as nothing is left to be broken off; in SettingGroups: what is under way is broken off, then Ended
/// </code>
/// A partition that fails keeps no other from being restored, and no group from being set where it stands in others.
/// </remarks>
internal sealed partial record RestoreRunState(int MaxConcurrentPartitions, bool IsDryRun = false, bool ComparesAll = false)
{
    /// <summary>What it is doing.</summary>
    public RestorePhase Phase { get; private init; }

    /// <summary>What it does; null until it is planned.</summary>
    private RestorePlan? Plan { get; init; }

    /// <summary>The topics that are made, with what is held of each.</summary>
    private ImmutableList<RestoreTopic> Made { get; init; } = [];

    private ImmutableQueue<RestoreTopic> Unmade { get; init; } = [];

    private ImmutableQueue<RestorePartition> Waiting { get; init; } = [];

    /// <summary>The targets of the partitions that are restored now.</summary>
    private ImmutableHashSet<PartitionId> InWork { get; init; } = [];

    private ImmutableList<PartitionRestored> Restored { get; init; } = [];

    private ImmutableList<Fault> Failures { get; init; } = [];

    private bool IsStopping { get; init; }

    private bool HasLapsed { get; init; }

    /// <summary>Who acknowledges what is sent, which tells what may have become of records that are not there.</summary>
    public ProduceAcks Acks { get; init; }

    /// <summary>How many partitions have come to their end.</summary>
    public int Done => Restored.Count;

    /// <summary>Begins.</summary>
    public RestoreStep Begin() => Do(new MakePlan());

    /// <summary>Takes in an event: one of <see cref="RestoreMessages"/>, the end of a partition, or an order to stop.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public RestoreStep On(object message) => message switch
    {
        StopRestore => Stop(),
        Planned planned when Phase == RestorePhase.Planning => OnPlanned(planned.Plan),
        TopicMade made when Phase == RestorePhase.Making => OnTopicMade(made),
        PartitionRestored restored when Phase == RestorePhase.Restoring && InWork.Contains(restored.Order.Target) => OnRestored(restored),
        PartitionRestored { Order.IsComparison: true } compared when Phase == RestorePhase.Comparing && InWork.Contains(compared.Order.Target) => OnCompared(compared),
        Counted counted when Phase == RestorePhase.Counting => OnCounted(counted.Bounds),
        Released released when Phase == RestorePhase.Releasing => OnReleased(released.Topics),
        GroupSet set when Phase == RestorePhase.SettingGroups && GroupsInWork.Contains(set.Group.Id) => OnGroupSet(set),
        PlacesFound found when Phase == RestorePhase.SettingGroups => (With(found.Groups) with { FoundGroups = found.Groups }).StartMoreGroups(),
        StepFailed failed when Phase == RestorePhase.SettingGroups && !IsStopping => OnPlacesUnknown(failed.Failure),
        StepFailed failed when Phase != RestorePhase.Ended => OnFailed(failed.Failure),
        ClaimLost lost when Phase != RestorePhase.Ended => OnClaimLost(lost),
        Planned or TopicMade or PartitionRestored or Counted or GroupSet or PlacesFound or Released or StepFailed or ClaimLost => Do(),
        _ => throw new ArgumentException($"A restore knows no {message.GetType().Name}.", nameof(message)),
    };

    private RestoreStep OnClaimLost(ClaimLost lost)
    {
        var ended = this with { Failures = Failures.Add(lost.Failure), HasLapsed = !lost.IsTaken };
        return ended.Do([new CutOff(), new BreakOff(), new StopWorkers(), .. lost.IsTaken ? (RestoreEffect[])[] : [new Say(log => log.Lapsed(RestoreClaim.Lapse.TotalSeconds))]]).Then(state => state.End());
    }

    private RestoreStep OnPlanned(RestorePlan plan)
    {
        var planned = this with
        {
            Plan = plan,
            Failures = Failures.AddRange(plan.Refusals),
            Waiting = ImmutableQueue.CreateRange(plan.Orders),
            Made = [.. plan.Topics.Where(topic => plan.AlreadyMade.Contains(topic.Made.Name))],
            Unmade = ImmutableQueue.CreateRange(plan.Topics.Where(topic => !plan.AlreadyMade.Contains(topic.Made.Name))),
        };
        var said = planned.Do([new Say(log => log.Begins(plan, IsDryRun)), .. plan.Refusals.Select(refusal => new Say(log => log.Refused(refusal.Message)))]);
        return this switch
        {
            { IsStopping: true } => planned.End(),
            { IsDryRun: true } => said.Then(state => (state with { Phase = RestorePhase.Restoring }).StartMore()),
            _ => said.Then(state => (state with { Phase = RestorePhase.Making }).MakeNext()),
        };
    }

    private RestoreStep OnTopicMade(TopicMade made)
    {
        var held = made.Topic.Held.Where(setting => !made.LeftOut.Contains(setting.Key)).ToDictionary(StringComparer.Ordinal);
        var state = this with
        {
            Made = Made.Add(made.Topic with { Held = held }),
            Unmade = Unmade.Dequeue(),
            Waiting = made.Ends is { } ends ? ImmutableQueue.CreateRange(Waiting.Select(order => order.Target.Topic == made.Topic.Made.Name
                ? order with { Base = ends.GetValueOrDefault(order.Target.Number) }
                : order)) : Waiting,
        };
        var said = state.Do(made.LeftOut.Count == 0 ? [] : [new Say(log => log.Unknown(made.Topic.Made.Name, made.LeftOut))]);
        return said.Then(after => after switch
        {
            { IsStopping: true } => after.End(),
            _ => after.MakeNext(),
        });
    }

    private RestoreStep MakeNext() => Unmade.IsEmpty ? (this with { Phase = RestorePhase.Restoring }).StartMore() : Do(new MakeTopic(Unmade.Peek()));

    private RestoreStep StartMore()
    {
        var (state, effects) = (this, ImmutableList<RestoreEffect>.Empty);
        while (!state.IsStopping && state.InWork.Count < MaxConcurrentPartitions && !state.Waiting.IsEmpty)
        {
            state = state.TakeNext(out var next);
            effects = effects.Add(new StartWorkers(next));
        }

        var step = new RestoreStep(state, effects);
        return state.InWork.Count > 0 ? step : step.Then(after => after.Phase == RestorePhase.Comparing ? after.SetGroups() : after.CountThem());
    }

    /// <summary>The next partition. Those of a topic that is repartitioned are restored together, however many they are: each of its segments is read once, for all of them.</summary>
    private RestoreRunState TakeNext(out IReadOnlyList<RestorePartition> next)
    {
        var left = Waiting.Dequeue(out var first);
        next = [first];
        if (first.Share is not null)
        {
            var byTopic = Waiting.ToLookup(order => order.Target.Topic == first.Target.Topic);
            (next, left) = ([.. byTopic[true]], ImmutableQueue.CreateRange(byTopic[false]));
        }

        return this with { Waiting = left, InWork = InWork.Union(next.Select(order => order.Target)) };
    }

    private RestoreStep OnRestored(PartitionRestored restored)
    {
        var step = (this with { InWork = InWork.Remove(restored.Order.Target), Restored = Restored.Add(restored) }).Do(new Say(log => log.Restored(restored, IsDryRun, IsRefused(restored.Order.Target))));
        if (restored.Failure is { } failure)
        {
            step = step with { State = step.State with { Failures = step.State.Failures.Add(failure) } };
        }

        return step.Then(state => state.StartMore());
    }

    private RestoreStep CountThem() => IsDryRun ? JudgeThem() : Restored.IsEmpty ? End()
        : (this with { Phase = RestorePhase.Counting }).Do(new Count(
            Restored.ToDictionary(restored => restored.Order.Target, restored => restored is { Failure: null, WasStopped: false } ? restored.Order.Base + restored.Records : 0)));

    /// <summary>What is counted must be what was acknowledged. A partition that failed is told already; what of it arrived is not known.</summary>
    private RestoreStep OnCounted(IReadOnlyDictionary<PartitionId, PartitionBounds> bounds)
    {
        var counted = Restored.ConvertAll(restored => restored is { Failure: null, WasStopped: false } ? AsCounted(restored, bounds.GetValueOrDefault(restored.Order.Target)) : restored);
        var wrong = counted.Where(restored => restored.Failure is not null).Except(Restored).ToList();
        return (this with { Restored = counted, Failures = Failures.AddRange(wrong.Select(restored => restored.Failure!)) })
            .Do([.. wrong.Select(restored => new Say(log => log.Restored(restored, IsDryRun))), .. counted.Where(restored => restored.IsCutShort).Select(restored => new Say(log => log.CutShort(restored.Order.Target))), .. SayHarms()])
            .Then(state => state.CompareThem());
    }

    /// <summary>What its own settings delete of a partition meanwhile is no failure where that is let pass, as long as all had come.</summary>
    private PartitionRestored AsCounted(PartitionRestored restored, PartitionBounds bounds) =>
        restored.Order.MayLose && bounds is { Problem: null } && bounds.LogStartOffset > restored.Order.Base && bounds.HighWatermark - restored.Order.Base == restored.Records
            ? restored with { IsCutShort = true }
            : restored with { Failure = Difference(restored, bounds) };

    private Fault? Difference(PartitionRestored restored, PartitionBounds bounds)
    {
        var target = restored.Order.Target;
        return bounds switch
        {
            { Problem: { } problem } => Fault.Of(problem),
            _ when bounds.HighWatermark - restored.Order.Base == restored.Records && bounds.LogStartOffset <= restored.Order.Base => null,
            _ => new Fault(FailureKind.Source,
                $"{target} holds offsets {bounds.LogStartOffset} to {bounds.HighWatermark}, and {restored.Records} records were restored into it from {restored.Order.Base} on: somebody else writes to it, or "
                + (Acks == ProduceAcks.All ? $"something was deleted. {restored.Order.Anew}"
                    : "something was deleted, or was lost or came twice, as restore.produce_acks lets it. Start the restore again, which goes on where only the last records are missing; else delete the topic before."),
                IsRetryable: false)
            { BeginsAnew = Acks == ProduceAcks.All },
        };
    }

    /// <summary>What fails because it was broken off is no failure. A topic whose maker had no answer may be there.</summary>
    private RestoreStep OnFailed(Fault failure)
    {
        var isBrokenOff = IsStopping && Phase != RestorePhase.Counting;
        var made = Phase == RestorePhase.Making && (isBrokenOff || failure.IsRetryable) ? Made.Add(Unmade.Peek()) : Made;
        return (this with { Made = made, Failures = isBrokenOff ? Failures : Failures.Add(failure) }).End();
    }

    private RestoreStep Stop() => (IsStopping, Phase) switch
    {
        (false, RestorePhase.Counting) when SetsGroups || ComparesAll => (this with { IsStopping = true }).Do(),
        (true, _) or (_, RestorePhase.Counting or RestorePhase.Releasing or RestorePhase.Ended) => Do(), // All is done that a stop could break off.
        (_, RestorePhase.Restoring or RestorePhase.Comparing) => (this with { IsStopping = true }).Do(new StopWorkers()),
        _ => (this with { IsStopping = true }).Do(new BreakOff()),
    };

    private RestoreStep End()
    {
        var finished = new RestoreFinished
        {
            Partitions = Restored,
            Failures = [.. Failures.OrderByDescending(failure => failure.Kind)],
            WasStopped = IsStopping && (Restored.IsEmpty || !Waiting.IsEmpty || Restored.Exists(restored => restored.WasStopped) || LeavesGroups || LeavesRecords),
            UnsetGroups = UnsetGroups,
            SetGroups = DoneGroups,
            FoundPlaces = FoundGroups.ToDictionary(group => group.Id, IReadOnlyDictionary<PartitionId, long> (group) => group.Places.ToDictionary(place => place.Target, place => place.Offset), StringComparer.Ordinal),
            HasLapsed = HasLapsed && !IsStopping,
        };
        var there = Restored.Where(restored => restored is { Failure: null, WasStopped: false }).Select(restored => restored.Order.Target).ToHashSet();
        var lacking = Plan?.Orders.Select(order => order.Target).Where(target => !there.Contains(target)).Select(target => target.Topic).ToHashSet() ?? [];
        var topics = Made.ToLookup(topic => !lacking.Contains(topic.Made.Name));
        var whole = topics[true].Select(topic => topic.Source).ToHashSet();
        IReadOnlyList<string> left = [.. (Plan?.Topics ?? []).Select(topic => topic.Source).Where(source => !whole.Contains(source))];
        return (this with { Phase = RestorePhase.Ended }).Do([.. SayLeftGroups(), new Say(log => log.Ended(finished, [.. topics[true]], [.. topics[false]], Plan?.CanGoOn == true ? [] : left, IsDryRun)), new TellEnd(finished)]);
    }

    private RestoreStep Do(params ReadOnlySpan<RestoreEffect> effects) => new(this, [.. effects]);
}
