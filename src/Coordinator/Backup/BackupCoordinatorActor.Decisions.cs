using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.ManifestProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;
using Fault = KafkaBackup.Shared.Protocol.Failure;

namespace KafkaBackup.Coordinator.Backup;

/// <content>What the coordinator does on its way from one state to the next.</content>
public sealed partial class BackupCoordinatorActor
{
    private void Plan()
    {
        var run = _run;
        _planning = new CancellationTokenSource();
        _ = BackupPlanner.PlanAsync(_environments.For(_backup), _planning.Token)
            .PipeTo(Self, success: plan => new Planned(run, plan), failure: e => new PlanFailed(run, Fault.Of(e)));
    }

    private void OnPlanned(BackupPlan plan)
    {
        _plan = plan;
        foreach (var (partition, failure) in plan.Failures)
        {
            NoteFailure(partition, failure);
        }

        _runLog.Started(plan, _environments.For(_backup).Configuration.IsIncremental);
        _waiting = new Queue<PartitionWork>(plan.Work);
        var facts = plan.NewFacts.Chunk(MaxTopics).ToList();
        _toRecord = new Queue<RecordSource>(facts.Select(topics => new RecordSource(_backup, _run, plan.ClusterId, topics)));
        Become(Recording);
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
        Become(Running);
        AssignMore();
        FinishIfDone();
    }

    private void AssignMore()
    {
        while (_assigned.Count < _settings.Window && _waiting.TryDequeue(out var work))
        {
            _assigned.Add(work.Partition, work);
            Tell(new AssignPartition(KeyOf(work.Partition), _run, work.Ranges));
        }
    }

    private void OnEnded(PartitionEnded ended)
    {
        _done += _isStopped ? 0 : 1;
        if (ended.Failure is { } failure)
        {
            NoteFailure(ended.Key.Partition, failure);
        }

        if (ended.BlockedAt is { } offset)
        {
            _runLog.Blocked(ended.Key.Partition, offset);
        }

        AssignMore();
        FinishIfDone();
    }

    private void FinishIfDone()
    {
        if (_assigned.Count == 0 && _waiting.Count == 0)
        {
            Finish();
        }
    }

    private void Finish()
    {
        Become(Finishing);
        AskManifest(new FinishRun(_backup, _run, IsClean: !_isStopped && _failedPartitions == 0 && _failures.Count == 0));
    }

    private void HandleCommon(object message)
    {
        switch (message)
        {
            case GetBackupStatus:
                Sender.Tell(new BackupStatus(_backup, PhaseName(), _plan?.Work.Count ?? 0, _done, _plan?.Work.Sum(work => work.Length) ?? 0));
                break;
            case StartBackup joined:
                _log.Info("Run {Run} joins run {Current}, which is under way", joined.Run, _run);
                _requester = Sender;
                break;
            case ManifestFailed failed when failed.Run == _run:
                CancelAssigned(abandon: true);
                _failures.Insert(0, failed.Failure);
                End(new BackupFinished(_backup, _run)
                {
                    Topics = _plan?.TopicCount ?? 0,
                    WasStopped = _isStopped,
                    FailedPartitions = _failedPartitions,
                    Failures = Gravest(),
                });
                break;
            case Reassert:
                RepeatQuestions();
                break;
            case StopOverdue or Planned or PlanFailed or PartitionEnded or LedgerOpened or SourceRecorded or RunFinished or ManifestFailed:
                break; // Of a run that is over, or a second answer to a question that was repeated.
            default:
                Unhandled(message);
                break;
        }
    }

    private void End(BackupFinished finished)
    {
        _requester.Tell(finished);
        Timers.CancelAll();
        (_plan, _asked, _isStopped, _failedPartitions, _done) = (null, null, false, 0, 0);
        _failures.Clear();
        _assigned.Clear();
        _waiting.Clear();
        _toRecord.Clear();
        Become(OnReceive);
    }

    private void NoteFailure(PartitionId partition, Fault failure)
    {
        _runLog.PartitionFailed(partition, failure.Message);
        _failedPartitions++;
        if (!_failures.Exists(known => known.Message == failure.Message))
        {
            _failures.Add(failure);
        }
    }

    private List<Fault> Gravest() => _failures.OrderByDescending(failure => failure.Kind).Take(BackupFinished.MaxFailures).ToList();

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

    /// <summary>A manifest actor that has the ledger open says so at once; one that the singleton started anew drops all else until it is told to.</summary>
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
        : "Running";

    /// <inheritdoc />
    protected override void PostStop()
    {
        _planning?.Cancel();
        base.PostStop();
    }
}
