using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <content>What the worker does on its way from one state to the next.</content>
public sealed partial class PartitionWorkerActor
{
    private void Ask()
    {
        _asksAgain = false;
        _manifest.Tell(new GetUncovered(_key.Backup, _key.Partition, _work!.Ranges));
        Timers.StartPeriodicTimer(AnswerDue.Instance, AnswerDue.Instance, _services.Settings.AnswerPatience);
        Become(Asking);
    }

    private void SendCommit()
    {
        _manifest.Tell(CommitOf(_stored.Peek()));
        Timers.StartPeriodicTimer(AnswerDue.Instance, AnswerDue.Instance, _services.Settings.AnswerPatience);
    }

    /// <summary>The epoch is the one in the segment's name, however old: a newer writer's sweep may have deleted the object, and then must refuse it.</summary>
    private CommitSegment CommitOf(LedgerEntry entry) =>
        new(_key.Backup, entry.Segment is { } segment ? BackupKeys.EpochOf(segment.Key) ?? _epoch : _epoch, entry);

    /// <summary>The order is the contract: committed, then journaled, then the next.</summary>
    private void OnCommitted(Committed committed)
    {
        Timers.CancelAll();
        var entry = _stored.Dequeue();
        Persist(new SegmentCommitted(entry.Range, entry.Segment?.RecordCount ?? 0, entry.Segment?.CompressedSize ?? 0), journaled =>
        {
            _state = _state.Apply(journaled);
            if (LastSequenceNr % _services.Settings.SnapshotEvery == 0)
            {
                SaveSnapshot(_state.ToSnapshot());
            }

            (_epoch, _failures) = (committed.Epoch, 0);
            _records += entry.Segment?.RecordCount ?? 0;
            _bytes += entry.Segment?.UncompressedSize ?? 0;
            _pipeline?.Committed(committed.Epoch);
            if (_stored.Count > 0)
            {
                SendCommit();
            }

            SettleIfDone();
        });
    }

    /// <summary>Decides how to go on, once the pipeline is over and all it stored is committed or given up.</summary>
    private void SettleIfDone()
    {
        if (_pipeline is not null || _stored.Count > 0)
        {
            return;
        }

        if (_isStopping)
        {
            Complete(null);
        }
        else if (_asksAgain || _ended?.IsTrimmed == true)
        {
            _isRejected = false;
            Ask();
        }
        else if (_ended?.Failure is { } failure)
        {
            OnFailed(failure);
        }
        else
        {
            _blockedAt = _ended?.BlockedAt;
            Complete(null);
        }
    }

    private void OnFailed(Fault failure)
    {
        if (!failure.IsRetryable || ++_failures >= _services.Settings.MaxFailures)
        {
            Complete(failure);
            return;
        }

        var pause = _services.Settings.Backoff(_failures);
        _services.Log.TryingAgain(_key.Partition, failure.Message, (long)pause.TotalMilliseconds);
        Timers.StartSingleTimer(RetryDue.Instance, RetryDue.Instance, pause);
        Become(BackingOff);
    }

    private void ReadBounds()
    {
        var (token, partition) = (++_token, _key.Partition);
        _ = _services.Environments.For(_key.Backup).Catalog.GetBoundsAsync([partition], LogEnd.HighWatermark, CancellationToken.None).PipeTo(
            Self,
            success: bounds => new BoundsRead(token, bounds[partition], bounds[partition].Problem is { } problem ? Fault.Of(problem) : null),
            failure: e => new BoundsRead(token, default, Fault.Of(e)));
    }

    private void OnBoundsRead(PartitionBounds bounds)
    {
        _ended = null;
        if (TrimmedLog.Gap(_uncovered[0], bounds) is not { } gone)
        {
            OnFailed(TrimmedLog.Failure(_key.Partition, _uncovered[0].Base, bounds));
            return;
        }

        _services.Log.Gone(_key.Partition, gone.Base, gone.Next - 1);
        _stored.Enqueue(new LedgerEntry
        {
            Partition = _key.Partition,
            Range = gone,
            Gap = new Gap(Gap.OffsetOutOfRange, _services.Clock.GetUtcNow().ToUnixTimeMilliseconds()),
        });
        _asksAgain = true;
        SendCommit();
        Become(Running);
    }

    private void HandleCommon(object message)
    {
        switch (message)
        {
            case GetPartitionStatus:
                Sender.Tell(new PartitionStatus(_key, PhaseName(), _state.Position));
                break;
            case AssignPartition again:
                _coordinator = Sender; // Whoever coordinates now hears of the end.
                _asksAgain |= _work is not null && again.Run != _work.Run;
                _work = again;
                break;
            case CancelPartition cancelled:
                _coordinator = Sender;
                BeginStop(cancelled.Abandon);
                break;
            case StopPartition:
                _isHandedOff = true;
                BeginStop(abandon: false);
                break;
            case SaveSnapshotSuccess saved:
                DeleteMessages(saved.Metadata.SequenceNr);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case PermitGranted:
                _permits.Tell(ReleasePermit.Instance);
                break;
            case EntryStored or PipelineEnded or BoundsRead or Committed or Rejected or Uncovered or AnswerDue or RetryDue
                or DeleteMessagesSuccess or DeleteSnapshotsSuccess or SaveSnapshotFailure or DeleteMessagesFailure or DeleteSnapshotsFailure:
                break; // Of work given up, or housekeeping whose failure costs nothing: the journal is a cache.
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Drops the segment in hand; what is uploaded is still committed, unless nobody is there any more to commit it.</summary>
    private void BeginStop(bool abandon)
    {
        _isStopping = true;
        if (abandon)
        {
            _isRejected = true;
            _stored.Clear();
        }

        _cancel?.Cancel();
        SettleIfDone();
    }

    private void Complete(Fault? failure)
    {
        Timers.CancelAll();
        _permits.Tell(ReleasePermit.Instance);
        Become(HandleCommon);
        if (_isHandedOff)
        {
            Context.Stop(Self); // And nobody is told: what is left moves with the shard, to where the coordinator asserts it next.
            return;
        }

        // In this order: what the coordinator assigns next must not come to an actor that is about to go.
        Passivate();
        if (_work is not null)
        {
            _coordinator.Tell(new PartitionEnded(_key, _work.Run, failure, _blockedAt) { Records = _records, Bytes = _bytes });
        }
    }

    private void Passivate() => Context.Parent.Tell(new Passivate(PoisonPill.Instance));

    private void StartPipeline()
    {
        var (token, self) = (++_token, Self);
        _ended = null;
        _cancel = new CancellationTokenSource();
        _pipeline = new SegmentPipeline(_key, _services.Environments.For(_key.Backup), _services.Pipeline, _services.Retries, _services.Clock, _epoch,
            entry => self.Tell(new EntryStored(token, entry)))
        { Progress = _services.Progress };
        var (pipeline, uncovered, cancellation) = (_pipeline, _uncovered, _cancel.Token);
        _ = Task.Run(() => pipeline.RunAsync(uncovered, cancellation), CancellationToken.None).PipeTo(
            self, success: blockedAt => new PipelineEnded(token, blockedAt, null, IsTrimmed: false), failure: e => PipelineEnded.Of(token, e));
    }

    /// <summary>The pipeline holds no memory any more, so another partition may have the permit while the last entries are committed.</summary>
    private void EndPipeline()
    {
        _pipeline = null;
        _cancel = null;
        _permits.Tell(ReleasePermit.Instance);
    }

    private bool IsAboutFirst(PartitionId partition, OffsetRange range) =>
        partition == _key.Partition && _stored.Count > 0 && _stored.Peek().Range == range;

    private string PhaseName() => _isStopping ? "Stopping" : _work is null ? "Unassigned" : _pipeline is not null ? "Running" : _stored.Count > 0 ? "Committing" : "Waiting";

    /// <inheritdoc />
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _services.Log.JournalFailed(_key.Partition, reason.Message); // Whoever coordinates asserts the assignment again.
        base.OnRecoveryFailure(reason, message);
    }

    /// <inheritdoc />
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        ReportJournalFailure(cause);
    }

    /// <inheritdoc />
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        ReportJournalFailure(cause);
        Context.Stop(Self); // Otherwise the actor would live on, its callback never run and the entry's successor never sent.
    }

    /// <summary>An actor that cannot persist is stopped by Akka: without a word, its assignment would be asserted again for ever.</summary>
    private void ReportJournalFailure(Exception cause)
    {
        if (_work is not null)
        {
            _coordinator.Tell(new PartitionEnded(_key, _work.Run, new Fault(FailureKind.Storage,
                $"The workers' journal cannot be written: {cause.Message.TrimEnd('.')}. What is committed is safe. Look at the disk that offset_storage.db_path is on.",
                IsRetryable: false), null));
        }
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _cancel?.Cancel();
        base.PostStop();
    }
}
