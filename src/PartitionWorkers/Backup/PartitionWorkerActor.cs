using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Persistence;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Backs up one partition. The ledger, not this actor and not its journal, is the truth.</summary>
/// <remarks>
/// <code>
/// State        Leaves on                                      Goes to
/// Unassigned   AssignPartition                                Asking
/// Asking       Uncovered                                      Waiting | Trimmed | Completed (all is covered)
/// Waiting      PermitGranted                                  Running
/// Running      pipeline ended and all it stored committed:
///                all read                                     Completed
///                offsets gone at the source                   Asking, then Trimmed
///                a failure that may pass / that is final      BackingOff / Completed
///              Rejected, pipeline ended                       Asking (another writer is ahead; the uploads are orphans now)
/// Trimmed      BoundsRead                                     Running (to commit the gap, then Asking) | Completed
/// BackingOff   RetryDue                                       Asking
/// any          CancelPartition                                Completed, once what is uploaded is committed
///              StopPartition                                  stops then, and tells nobody: the work moves with the shard
/// Completed    -                                              passivates
/// </code>
/// </remarks>
public sealed partial class PartitionWorkerActor : UntypedPersistentActor, IWithTimers
{
    private readonly PartitionKey _key;
    private readonly PartitionWorkerServices _services;
    private readonly IActorRef _manifest;
    private readonly IActorRef _permits;

    /// <summary>Stored entries in order. Only the first is on its way to the ledger: a later one would leave a hole before it.</summary>
    private readonly Queue<LedgerEntry> _stored = [];

    private PartitionWorkerState _state = PartitionWorkerState.Empty;
    private AssignPartition? _work;
    private IActorRef _coordinator = ActorRefs.Nobody;
    private IReadOnlyList<OffsetRange> _uncovered = [];
    private long _epoch;
    private long? _blockedAt;
    private int _failures;

    /// <summary>What this assignment has committed: records, and their bytes before compression.</summary>
    private long _records;
    private long _bytes;

    private int _token;
    private SegmentPipeline? _pipeline;
    private CancellationTokenSource? _cancel;

    /// <summary>How the last pipeline ended; acted upon when all it stored is committed.</summary>
    private PipelineEnded? _ended;

    /// <summary>What is stored is not ours to commit any more.</summary>
    private bool _isRejected;

    /// <summary>The assignment is not through when the work at hand is: there is more, or it is to be looked at anew.</summary>
    private bool _asksAgain;

    private bool _isStopping;

    /// <summary>The shard moves to another node: whoever is left when it does keeps the others waiting.</summary>
    private bool _isHandedOff;

    /// <summary>A worker for <paramref name="key"/>.</summary>
    public PartitionWorkerActor(PartitionKey key, PartitionWorkerServices services, IActorRef manifest, IActorRef permits)
    {
        (_key, _services, _manifest, _permits) = (key, services, manifest, permits);
        PersistenceId = PersistenceIdOf(key);
    }

    /// <inheritdoc />
    public override string PersistenceId { get; }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to make one.</summary>
    public static Props Props(PartitionKey key, PartitionWorkerServices services, IActorRef manifest, IActorRef permits) =>
        Akka.Actor.Props.Create(typeof(PartitionWorkerActor), key, services, manifest, permits);

    /// <summary>The journal's name for a worker: of fixed length, as a topic's name alone may be longer than a journal's column.</summary>
    public static string PersistenceIdOf(PartitionKey key) =>
        "worker-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())).AsSpan(0, 20));

    /// <inheritdoc />
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SegmentCommitted committed:
                _state = _state.Apply(committed);
                break;
            case SnapshotOffer { Snapshot: WorkerSnapshot snapshot }:
                _state = _state.Apply(snapshot);
                break;
        }
    }

    /// <inheritdoc />
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case AssignPartition assigned:
                _work = assigned;
                _coordinator = Sender;
                Ask();
                break;
            case CancelPartition cancelled:
                Sender.Tell(new PartitionEnded(_key, cancelled.Run, null, null));
                Passivate();
                break;
            case StopPartition:
                Context.Stop(Self);
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Asking(object message)
    {
        switch (message)
        {
            case Uncovered { Ranges.Count: 0 }:
                Complete(null);
                break;
            case Uncovered answer:
                Timers.CancelAll();
                (_uncovered, _epoch) = (answer.Ranges, answer.Epoch);
                if (_ended?.IsTrimmed == true)
                {
                    ReadBounds();
                    Become(Trimmed);
                }
                else
                {
                    _permits.Tell(RequestPermit.Instance);
                    Become(Waiting);
                }

                break;
            case AnswerDue:
                _manifest.Tell(new GetUncovered(_key.Backup, _key.Partition, _work!.Ranges));
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Waiting(object message)
    {
        if (message is PermitGranted)
        {
            StartPipeline();
            Become(Running);
        }
        else
        {
            HandleCommon(message);
        }
    }

    private void Running(object message)
    {
        switch (message)
        {
            case EntryStored stored when stored.Token == _token && !_isRejected:
                _stored.Enqueue(stored.Entry);
                if (_stored.Count == 1)
                {
                    SendCommit();
                }

                break;
            case Committed committed when IsAboutFirst(committed.Partition, committed.Range):
                OnCommitted(committed);
                break;
            case Rejected rejected when IsAboutFirst(rejected.Partition, rejected.Range):
                _services.Log.Superseded(_key.Partition, rejected.Range);
                (_isRejected, _asksAgain) = (true, true);
                _stored.Clear();
                _cancel?.Cancel();
                SettleIfDone();
                break;
            case AnswerDue when _stored.Count > 0:
                _manifest.Tell(CommitOf(_stored.Peek()));
                break;
            case PipelineEnded ended when ended.Token == _token:
                _ended = ended;
                EndPipeline();
                SettleIfDone();
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Trimmed(object message)
    {
        switch (message)
        {
            case BoundsRead { Failure: { } failure } read when read.Token == _token:
                _ended = _ended! with { Failure = failure, IsTrimmed = false };
                OnFailed(failure);
                break;
            case BoundsRead read when read.Token == _token:
                OnBoundsRead(read.Bounds);
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void BackingOff(object message)
    {
        if (message is RetryDue)
        {
            Ask();
        }
        else
        {
            HandleCommon(message);
        }
    }
}
