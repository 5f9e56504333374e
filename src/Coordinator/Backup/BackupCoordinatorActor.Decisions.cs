using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <content>What the coordinator does on its way from one state to the next.</content>
public sealed partial class BackupCoordinatorActor
{
    private void Plan()
    {
        var run = _run;
        _planning = new CancellationTokenSource();
        _ = BackupPlanner.ReadAsync(_environments.For(_backup), _planning.Token)
            .PipeTo(Self, success: read => new Planned(run, read.Known, read.Look), failure: e => new PlanFailed(run, Fault.Of(e)));
    }

    private void OnPlanned(KnownBackup known, SourceDiscovery look)
    {
        var configuration = _environments.For(_backup).Configuration;
        (_known, _isLooking) = (known, false);
        _watch = configuration.Backup.IsContinuous ? new LagWatch(configuration.Backup) : null;
        _plan = BackupPlan.Make(configuration, known, look);
        known.Saw(look);
        NotePlanFailures();
        _runLog.Started(_plan, configuration, _clock.GetUtcNow());
        Enqueue(_plan.Work);
        Become(Recording);
        RecordThenRun();
    }

    private void Enqueue(IReadOnlyList<PartitionWork> work)
    {
        foreach (var item in work)
        {
            _waiting.Enqueue(item);
        }

        _progress.Planned(work);
    }

    /// <summary>What the source is must be remembered before records of it are: so new topics wait for that.</summary>
    private void RecordThenRun()
    {
        _toRecord = new Queue<RecordSource>(TopicBatches.Of(_plan!.NewFacts).Select(topics => new RecordSource(_backup, _run, _plan.ClusterId, topics)));
        RecordNextOrRun();
    }

    private void RecordNextOrRun()
    {
        if (_toRecord.TryDequeue(out var next))
        {
            AskManifest(next);
            return;
        }

        _asked = null;
        _known!.Learn(_plan!.ClusterId, _plan.NewFacts);
        if (_watch is not null && !_isLooking && !Timers.IsTimerActive(RefreshDue.Instance))
        {
            LookAgain(TimeSpan.Zero);
        }

        Become(Running);
        AssignMore();
        FinishIfDone();
    }

    private void AssignMore()
    {
        while (_asked is not RecordSource && _assigned.Count < _settings.Window && _waiting.TryDequeue(out var work))
        {
            _assigned.Add(work.Partition, work);
            Tell(new AssignPartition(KeyOf(work.Partition), _run, work.Ranges));
        }
    }

    private void OnEnded(PartitionEnded ended, PartitionWork work)
    {
        _progress.Ended(ended, wasCancelled: _isStopped);
        var partition = work.Partition;
        if (!_isStopped)
        {
            NoteEnd(partition, ended.Failure);
            if (ended.Failure is null)
            {
                _known!.Cover(partition, work.Ranges, ended.BlockedAt);
                _watch?.Visited(partition, work.Length, ended.Bytes);
            }
            else
            {
                _watch?.Failed(partition, _clock.GetUtcNow());
            }
        }

        if (ended.BlockedAt is { } offset)
        {
            _runLog.Blocked(partition, offset);
        }

        AssignMore();
        FinishIfDone();
    }

    private void FinishIfDone()
    {
        if (_assigned.Count > 0 || _waiting.Count > 0)
        {
            return;
        }

        if (_watch is null || _isStopped)
        {
            Finish();
        }
        else if (_progress.TakeSaved() is { Records: > 0 } saved)
        {
            _runLog.Saved(saved.Records, saved.Partitions);
        }
    }

    /// <summary>Consumer groups come last, so that their offsets are of records that are backed up; and not when the run was cut short.</summary>
    private void Finish()
    {
        if (_plan is not null && !_isStopped && _environments.For(_backup).Configuration.Backup.SnapshotsConsumerGroups)
        {
            Become(Grouping);
            TakeGroups();
        }
        else
        {
            FinishNow();
        }
    }

    private void FinishNow()
    {
        Become(Finishing);
        AskManifest(new FinishRun(_backup, _run, IsClean: (!_isStopped || _hadNothingInHand) && _failures.IsEmpty));
    }

    private void HandleCommon(object message)
    {
        switch (message)
        {
            case GetBackupStatus:
                Sender.Tell(new BackupStatus(_backup, PhaseName(), _progress.Partitions, _progress.Done, _progress.Offsets));
                break;
            case StartBackup joined:
                _log.Info("Run {Run} joins run {Current}, which is under way", joined.Run, _run);
                _requester = Sender;
                break;
            case LedgerFailed failed when failed.Run == _run:
                CancelAssigned(abandon: true);
                _failures.NoteEnd(failed.Failure);
                End(new BackupFinished(_backup, _run)
                {
                    Topics = _plan?.TopicCount ?? 0,
                    WasStopped = _isStopped,
                    FailedPartitions = _failures.Partitions,
                    Failures = _failures.Gravest,
                });
                break;
            case Reassert:
                RepeatQuestions();
                break;
            case GroupsTaken taken when taken.Run == _run:
                _isTakingGroups = false;
                if (_failures.NoteGroups(taken.Failure) && taken.Failure is { } failure)
                {
                    _runLog.Warning(failure.Message);
                }

                break;
            case GroupsTaken or StopOverdue or Planned or PlanFailed or Refreshed or RefreshDue or PartitionEnded or LedgerOpened or SourceRecorded or RunFinished or LedgerFailed:
                break; // Of a run that is over, or a second answer to a question that was repeated.
            default:
                Unhandled(message);
                break;
        }
    }

    private void End(BackupFinished finished)
    {
        _requester.Tell(finished);
        _requester = ActorRefs.Nobody;
        Timers.CancelAll();
        (_plan, _known, _watch, _asked, _isStopped, _isTakingGroups, _hadNothingInHand) = (null, null, null, null, false, false, false);
        _failures.Clear();
        _progress.Clear();
        _assigned.Clear();
        _waiting.Clear();
        _toRecord.Clear();
        Become(OnReceive);
    }

    private void NotePlanFailures()
    {
        foreach (var (partition, failure) in _failures.NotePlan(_plan!.Failures))
        {
            _runLog.PartitionFailed(partition, failure.Message);
        }
    }

    private void NoteEnd(PartitionId partition, Fault? failure)
    {
        if (!_failures.Note(partition, failure))
        {
            return;
        }

        if (failure is null)
        {
            _runLog.PartitionIsBack(partition);
        }
        else
        {
            _runLog.PartitionFailed(partition, failure.Message);
        }
    }

    private void CancelAssigned(bool abandon)
    {
        foreach (var partition in _assigned.Keys)
        {
            Tell(new CancelPartition(KeyOf(partition), _run, abandon));
        }
    }

    private void AskManifest(object question)
    {
        _asked = question;
        _manifest.Tell(question);
    }

    /// <summary>A ledger actor that has the ledger open says so at once; one that the singleton started anew drops all else until it is told to.</summary>
    private void RepeatQuestions()
    {
        _manifest.Tell(new OpenLedger(_backup, _run));
        if (_asked is not null and not OpenLedger)
        {
            _manifest.Tell(_asked);
        }
    }

    private void Tell(IPartitionMessage message) => _workers.Tell(message);

    private PartitionKey KeyOf(PartitionId partition) => new(_backup, partition);

    private string PhaseName() => !Timers.IsTimerActive(Reassert.Instance) ? "Idle"
        : _asked is FinishRun ? "Finishing"
        : _isStopped ? "Stopping"
        : _plan is null ? "Planning"
        : _assigned.Count > 0 || _watch is null ? "Running"
        : _isLooking ? "Looking"
        : "Waiting";

    /// <inheritdoc />
    protected override void PostStop()
    {
        _planning?.Cancel();
        base.PostStop();
    }
}
