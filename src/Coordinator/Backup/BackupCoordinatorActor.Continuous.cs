using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;

namespace KafkaBackup.Coordinator.Backup;

/// <content>What a run does again and again that does not end by itself: looks at the source, and snapshots of consumer groups.</content>
public sealed partial class BackupCoordinatorActor
{
    /// <summary>The longest pause between two looks, unless the poll interval is longer.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private void Look()
    {
        var (run, known) = (_run, _known!.ClusterId);
        _planning = new CancellationTokenSource();
        _isLooking = true;
        _lookedAt = _clock.GetTimestamp();
        _ = BackupPlanner.DiscoverAsync(_environments.For(_backup), known, demandsLiterals: false, _planning.Token)
            .PipeTo(Self, success: look => new Refreshed(run, look), failure: e => new PlanFailed(run, Fault.Of(e)));
    }

    private void OnLooked(SourceDiscovery look)
    {
        var configuration = _environments.For(_backup).Configuration;
        NoteRefresh(BackupPlan.MissingTopics(configuration, look));
        _plan = BackupPlan.Make(configuration, _known!, look) with { HasPositions = _plan!.HasPositions };
        _known!.Saw(look);
        NotePlanFailures();
        foreach (var topic in _plan.NewFacts)
        {
            _runLog.NewTopic(topic.Name, topic.Partitions);
        }

        var taken = _waiting.Select(work => work.Partition).Concat(_assigned.Keys).ToHashSet();
        Enqueue(_watch!.Due([.. _plan.Work.Where(work => !taken.Contains(work.Partition))], _clock.GetUtcNow()));
        RecordThenRun();
        LookAgain(_clock.GetElapsedTime(_lookedAt));
        if (configuration.Backup.SnapshotsConsumerGroups && !_isTakingGroups && _clock.GetElapsedTime(_groupsAt) >= configuration.SyncInterval)
        {
            TakeGroups();
        }
    }

    private void OnLookFailed(Fault failure)
    {
        NoteRefresh(failure);
        LookAgain(TimeSpan.Zero);
    }

    private void NoteRefresh(Fault? failure)
    {
        if (!_failures.NoteRefresh(failure))
        {
            return;
        }

        if (failure is null)
        {
            _runLog.SourceIsBack();
        }
        else
        {
            _runLog.CannotRefresh(failure.Message);
        }
    }

    /// <summary>Looking is to take a twentieth of the time, so that ten thousand partitions are looked at less often than ten; but a slow answer,
    /// or none, may as well be the network's fault, so the pause has a limit.</summary>
    private void LookAgain(TimeSpan took)
    {
        _isLooking = false;
        var poll = _environments.For(_backup).Configuration.Backup.PollInterval;
        var pause = took * 20 < LongestPause ? took * 20 : LongestPause;
        Timers.StartSingleTimer(RefreshDue.Instance, RefreshDue.Instance, pause > poll ? pause : poll);
    }

    private void TakeGroups()
    {
        var (run, environment, topics) = (_run, _environments.For(_backup), _plan!.Bounds.Keys.Select(partition => partition.Topic).ToHashSet(StringComparer.Ordinal));
        _isTakingGroups = true;
        _groupsAt = _clock.GetTimestamp();
        _ = new GroupSnapshotPublisher(environment.Store, environment.Catalog, _retries, _clock).TakeAsync(_backup, topics, CancellationToken.None).PipeTo(
            Self,
            success: problem => new GroupsTaken(run, problem is null ? null : new Fault(FailureKind.Source, problem, IsRetryable: true)),
            failure: e => new GroupsTaken(run, Fault.Of(e)));
    }
}
