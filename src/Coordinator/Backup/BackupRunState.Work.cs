using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Coordinator.Backup.RunEffects;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <content>Orders: how they are planned, given and ended, and how a continuous run finds more of them.</content>
internal sealed partial record BackupRunState
{
    /// <summary>The longest pause between two refreshes, unless the poll interval is longer.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TransactionsInterval = TimeSpan.FromMinutes(1);

    private RunStep OnPlanned(Planned planned, DateTimeOffset now)
    {
        var plan = BackupPlan.Make(Configuration, planned.Known, planned.Discovery);
        return (this with
        {
            Phase = RunPhase.Recording,
            Plan = plan,
            Known = planned.Known.Discover(planned.Discovery),
            Watch = Configuration.Backup.IsContinuous ? new LagWatch(Configuration.Backup) : null,
        }).NotePlanFailures()
            .Then(state => state.NoteConfigurations(planned.Discovery, now))
            .And(new Say(log => log.Started(plan, Configuration, now)))
            .Then(state => state.Enqueue(plan.Work).RecordThenRun());
    }

    private BackupRunState Enqueue(IReadOnlyList<PartitionWork> work) => this with
    {
        Waiting = work.Aggregate(Waiting, (queue, item) => queue.Enqueue(item)),
        Progress = Progress.Plan(work),
    };

    /// <summary>What the source is must be remembered before records of it are: so new topics wait for that.</summary>
    private RunStep RecordThenRun() => (this with
    {
        ToRecord = [.. TopicBatches.Of(Plan!.NewFacts).Select(topics => new RecordSource(Backup, Run, Plan.ClusterId, topics))],
    }).RecordNextOrRun();

    private RunStep RecordNextOrRun()
    {
        if (!ToRecord.IsEmpty)
        {
            var number = LastRecord + 1;
            return (this with { ToRecord = ToRecord.Dequeue(out var next), LastRecord = number }).Ask(next with { Number = number });
        }

        var running = this with { Asked = null, Phase = RunPhase.Running, Known = Known!.Record(Plan!.ClusterId, Plan.NewFacts) };
        var refreshing = Watch is not null && Refresh == RefreshPhase.None ? running.RefreshLater(TimeSpan.Zero) : running.Nothing;
        return refreshing.Then(state => state.AssignMore()).Then(state => state.FinishIfDone());
    }

    /// <summary>How many orders may be given at the same time: for each further node twice what it reads at once, as not all nodes get the same number.</summary>
    private int Window => Settings.Window + (2 * Configuration.Backup.MaxConcurrentPartitions * (Nodes - 1));

    private RunStep AssignMore()
    {
        var (waiting, assigned, last, orders) = (Waiting, Assigned.ToBuilder(), LastOrder, new List<RunEffect>());
        while (Asked is not RecordSource && assigned.Count < Window && !waiting.IsEmpty)
        {
            waiting = waiting.Dequeue(out var work);
            var order = new Order(new AssignmentId(Run, ++last), work, Placements.Of(work.Partition));
            assigned.Add(work.Partition, order);
            orders.Add(new TellWorker(AssignmentOf(order)));
        }

        return (this with { Waiting = waiting, Assigned = assigned.ToImmutable(), LastOrder = last }).Do(orders);
    }

    private RunStep OnEnded(PartitionEnded ended, DateTimeOffset now)
    {
        var partition = ended.Key.Partition;
        if (Phase != RunPhase.Running || Assigned.GetValueOrDefault(partition) is not { } order || order.Assignment != ended.Assignment)
        {
            return Nothing; // Of an order that is over: a second answer, or one of another run.
        }

        if (ended is { Refusal: { } refusal, Failure: { } reason } && !IsStopped)
        {
            var (placements, left, isNews) = Placements.Refuse(partition, refusal, reason.Message, now);
            var refused = this with { Placements = placements };
            var told = isNews ? refused.Do(new Say(log => log.Refused(reason.Message))) : refused.Nothing;
            return left == PlacesLeft.None ? told.Then(state => state.OnWorked(ended, order.Work, now))
                : told.Then(state => state.GoOnElsewhere(ended, order.Work, isNow: left == PlacesLeft.Now));
        }

        return (this with { Placements = Placements.Settle(partition) }).OnWorked(ended, order.Work, now);
    }

    /// <summary>What was committed of an order before it was given back counts; the rest is ordered from another node: at once, or when orders are repeated.</summary>
    private RunStep GoOnElsewhere(PartitionEnded ended, PartitionWork work, bool isNow)
    {
        var order = new Order(new AssignmentId(Run, LastOrder + 1), work, Placements.Of(work.Partition));
        var moved = this with
        {
            Assigned = Assigned.SetItem(work.Partition, order),
            LastOrder = LastOrder + 1,
            Progress = Progress.End(ended, wasCancelled: true),
        };
        return isNow ? moved.Do(new TellWorker(AssignmentOf(order))) : moved.Nothing;
    }

    private RunStep OnWorked(PartitionEnded ended, PartitionWork work, DateTimeOffset now)
    {
        var partition = work.Partition;
        var over = this with { Assigned = Assigned.Remove(partition), Progress = Progress.End(ended, wasCancelled: IsStopped) };
        var noted = IsStopped ? over.Nothing : over.NoteEnd(ended, work, now);
        if (ended.BlockedAt is { } offset)
        {
            noted = noted with { State = noted.State with { Blocked = Blocked.Add(partition) } };
            noted = noted.And(new Say(log => log.Blocked(partition, offset)));
        }

        return noted.Then(state => state.AssignMore()).Then(state => state.FinishIfDone());
    }

    private RunStep NoteEnd(PartitionEnded ended, PartitionWork work, DateTimeOffset now)
    {
        var (partition, failure) = (work.Partition, ended.Failure);
        var (failures, isNews) = Failures.Note(partition, failure);
        var noted = failure is null
            ? this with
            {
                Failures = failures,
                Known = Known!.Cover(partition, work.Ranges, ended.BlockedAt),
                Watch = Watch?.Visit(partition, work.Length, ended.Bytes),
            }
            : this with { Failures = failures, Watch = Watch?.Fail(partition, now) };
        return isNews
            ? noted.Do(new Say(log => Tell(log, partition, failure)))
            : noted.Nothing;

        static void Tell(RunLog log, PartitionId partition, Fault? failure)
        {
            if (failure is null)
            {
                log.PartitionIsBack(partition);
            }
            else
            {
                log.PartitionFailed(partition, failure.Message);
            }
        }
    }

    private RunStep NotePlanFailures()
    {
        var (failures, news) = Failures.NotePlan(Plan!.Failures);
        return (this with { Failures = failures }).Do(news.Select(item => new Say(log => log.PartitionFailed(item.Partition, item.Failure.Message))));
    }

    private RunStep FinishIfDone() => this switch
    {
        { Assigned.Count: > 0 } or { Waiting.IsEmpty: false } => Nothing,
        { Watch: null } or { IsStopped: true } => Finish(),
        { Progress.Saved: { Records: > 0 } saved } => (this with { Progress = Progress.Told() }).Do(new Say(log => log.Saved(saved.Records, saved.Partitions))),
        _ => Nothing,
    };

    private RunStep Finish() => !IsStopped && Watch is null && !Blocked.IsEmpty && Phase != RunPhase.Inspecting
        ? (this with { Phase = RunPhase.Inspecting }).Do(new FindTransactions(Blocked))
        : TakeGroupsOrFinish();

    /// <summary>Consumer groups come last, so that their offsets are of records that are backed up; and not when the run was cut short.</summary>
    private RunStep TakeGroupsOrFinish() => Plan is not null && !IsStopped && Configuration.Backup.SnapshotsConsumerGroups
        ? (this with { Phase = RunPhase.Grouping, IsTakingGroups = true }).Do(new TakeGroups(ScopeOf(Plan)))
        : FinishNow();

    private RunStep FinishNow() => (this with { Phase = RunPhase.Finishing })
        .Ask(new FinishRun(Backup, Run, IsClean: (!IsStopped || HadNothingInHand) && Failures.IsEmpty) { WasStopped = IsStopped });

    private RunStep OnGroupsTaken(Fault? failure)
    {
        if (Phase == RunPhase.Grouping)
        {
            return (failure is null ? this : this with { Failures = Failures.NoteEnd(failure) }).FinishNow();
        }

        var (failures, isNews) = Failures.NoteGroups(failure);
        var noted = this with { IsTakingGroups = false, Failures = failures };
        return isNews && failure is not null ? noted.Do(new Say(log => log.Warning(failure.Message))) : noted.Nothing;
    }

    private RunStep OnTransactionsFound(IReadOnlyDictionary<PartitionId, OpenTransaction> open, DateTimeOffset now)
    {
        var held = HeldPartitions.Judge(open, Configuration.Backup.OpenTransactionLimit, now);
        var (failures, news) = Failures.NoteHeld(held);
        var noted = (this with { Failures = failures }).Do(news.Select(
            partition => new Say(log => log.Held(partition, HeldPartitions.Amount(open[partition], now), held[partition].Message))));
        return Phase == RunPhase.Inspecting ? noted.Then(state => state.TakeGroupsOrFinish()) : noted;
    }

    /// <summary>A continuous run never meets the end that a transaction holds back: it is asked for by itself, once a minute.</summary>
    private RunStep FindTransactionsIfDue(DateTimeOffset now) => now - TransactionsAt >= TransactionsInterval
        ? (this with { TransactionsAt = now }).Do(new FindTransactions([.. Plan!.Bounds.Where(item => item.Value.Problem is null).Select(item => item.Key)]))
        : Nothing;

    /// <summary>Of which records the offsets of consumer groups are to be.</summary>
    private GroupSnapshotScope ScopeOf(BackupPlan plan)
    {
        var seen = plan.NewFacts.ToDictionary(topic => topic.Name, topic => topic.TopicId, StringComparer.Ordinal);
        var names = plan.Bounds.Keys.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal);
        return new GroupSnapshotScope(names.ToDictionary(name => name, name => Known!.Topics.GetValueOrDefault(name)?.TopicId ?? seen.GetValueOrDefault(name), StringComparer.Ordinal)) { Foreign = plan.Foreign };
    }

    private RunStep NoteConfigurations(SourceDiscovery discovery, DateTimeOffset now)
    {
        var (reads, news) = Configurations.Note(discovery, now);
        var noted = this with { Configurations = reads };
        return news is null ? noted.Nothing : noted.Do(new Say(log => log.Warning(news)));
    }

    private RunStep OnRefreshDue(DateTimeOffset now) =>
        (this with { Refresh = RefreshPhase.Reading }).Do(new StartRefresh(Known!.ClusterId, Configurations.Fresh(now)));

    /// <summary>A source that is away is waited for as long as it takes; somebody who renews a certificate is not, as the end of a process
    /// is seen sooner than a line of its log.</summary>
    private RunStep OnRefreshFailed(PlanFailed failed, DateTimeOffset now)
    {
        var since = failed.EndsRun ? ExpiredSince ?? now : ExpiredSince;
        var noted = (this with { ExpiredSince = since }).NoteRefresh(failed.Failure, failed.EndsRun);
        return failed.EndsRun && now - since >= Settings.RenewalPatience
            ? noted.Then(state => state.GiveUp(failed.Failure))
            : noted.Then(state => state.RefreshLater(TimeSpan.Zero));
    }

    /// <summary>Ends a continuous run. What failed of single partitions was told when it did, and is not what is to be mended.</summary>
    private RunStep GiveUp(Fault failure) => (this with { Failures = RunFailures.None.NoteEnd(failure) }).StopRunning();

    private RunStep OnRefreshed(Refreshed refreshed, DateTimeOffset now)
    {
        var plan = BackupPlan.Make(Configuration, Known!, refreshed.Discovery) with { HasPositions = Plan!.HasPositions };
        var taken = Waiting.Select(work => work.Partition).Concat(Assigned.Keys).ToHashSet();
        var (watch, due) = Watch!.Due([.. plan.Work.Where(work => !taken.Contains(work.Partition))], now);
        return NoteRefresh(BackupPlan.MissingTopics(Configuration, refreshed.Discovery))
            .Then(state => (state with
            {
                ExpiredSince = null,
                Plan = plan,
                Known = Known!.Discover(refreshed.Discovery),
                Watch = watch,
                Placements = state.Placements.Forget(now),
            }).NotePlanFailures())
            .Then(state => state.NoteConfigurations(refreshed.Discovery, now))
            .And(plan.NewFacts.Where(topic => Known!.Topics.GetValueOrDefault(topic.Name)?.Partitions != topic.Partitions)
                .Select(topic => new Say(log => log.NewTopic(topic.Name, topic.Partitions))))
            .Then(state => state.RefreshLater(refreshed.Took))
            .Then(state => state.Enqueue(due).RecordThenRun())
            .Then(state => state.TakeGroupsIfDue(now))
            .Then(state => state.FindTransactionsIfDue(now));
    }

    private RunStep TakeGroupsIfDue(DateTimeOffset now) =>
        Configuration.Backup.SnapshotsConsumerGroups && !IsTakingGroups && now - GroupsAt >= Configuration.SyncInterval
            ? (this with { IsTakingGroups = true, GroupsAt = now }).Do(new TakeGroups(ScopeOf(Plan!)))
            : Nothing;

    private RunStep NoteRefresh(Fault? failure, bool endsRun = false)
    {
        var (failures, isNews) = Failures.NoteRefresh(failure);
        var noted = this with { Failures = failures };
        return isNews ? noted.Do(new Say(Tell)) : noted.Nothing;

        void Tell(RunLog log)
        {
            if (failure is null)
            {
                log.SourceIsBack();
            }
            else if (endsRun)
            {
                log.CannotRefreshFor(failure.Message, (long)Settings.RenewalPatience.TotalSeconds);
            }
            else
            {
                log.CannotRefresh(failure.Message);
            }
        }
    }

    /// <summary>Refreshing is to take a twentieth of the time, so that ten thousand partitions are asked about less often than ten; but a slow answer,
    /// or none, may as well be the network's fault, so the pause has a limit.</summary>
    private RunStep RefreshLater(TimeSpan took)
    {
        var poll = Configuration.Backup.PollInterval;
        var pause = took * 20 < LongestPause ? took * 20 : LongestPause;
        return (this with { Refresh = RefreshPhase.Pausing }).Do(new StartRefreshTimer(pause > poll ? pause : poll));
    }
}
