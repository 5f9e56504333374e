using System.Text;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>Conducts a restore in a cluster, for whoever follows it. It remembers nothing: when its node is gone, whoever follows the restore asks for it again, and it goes on.</summary>
/// <remarks>
/// <code>
/// State     Leaves on                                       Goes to
/// Idle      StartRestoreRun                                 Running
/// Running   RestoreFinished                                 Ended; Running once more when only its claim had lapsed
///           HandOver: its shard moves                       Leaving
/// Ended     StartRestoreRun of another run                  Running
///           an hour has passed                              stops
/// Leaving   RestoreFinished                                 stops
/// StopRestoreRun: passed on, the state stays. GetRestoreRun: answered in every state.
/// </code>
/// </remarks>
internal sealed class RestoreRunActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(3);

    private readonly RestoreRunServices _services;
    private readonly string _restore;
    private StartRestoreRun? _wanted;
    private RestoreConfiguration? _configuration;
    private RunLines? _lines;
    private OpenedRestore? _opened;
    private IActorRef _coordinator = ActorRefs.Nobody;
    private RestoreVerdict? _verdict;
    private string? _report;
    private bool _isStopping;
    private bool _isGivenUp;
    private bool _isLeaving;

    /// <summary>The conductor of the restore that is called <paramref name="restore"/>.</summary>
    public RestoreRunActor(string restore, RestoreRunServices services) => (_restore, _services) = (restore, services);

    /// <summary>Props of a conductor.</summary>
    public static Props Props(string restore, RestoreRunServices services) => Akka.Actor.Props.Create(() => new RestoreRunActor(restore, services));

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsRunning => _opened is not null;

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartRestoreRun start:
                if (!IsRunning && !_isLeaving && start.Run != _wanted?.Run)
                {
                    Begin(start);
                }

                Tell(Sender, after: 0);
                break;
            case GetRestoreRun get:
                Tell(Sender, get.AfterLine);
                break;
            case GetRestoreReport get:
                Sender.Tell(PartOf(_report, get.From));
                break;
            case StopRestoreRun:
                _isGivenUp = true;
                Stop();
                Tell(Sender, after: int.MaxValue);
                break;
            case RestoreFinished finished when IsRunning:
                OnFinished(finished);
                break;
            case HandOver when IsRunning:
                _isLeaving = true;
                Stop();
                break;
            case HandOver:
                Context.Stop(Self);
                break;
            case MemoryOver when !IsRunning:
                Context.Parent.Tell(new Passivate(HandOver.Instance));
                break;
            case MemoryOver or RestoreFinished:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override void PostStop() => End();

    private void Begin(StartRestoreRun start)
    {
        (_wanted, _verdict, _report, _isStopping, _isGivenUp, _lines) = (start, null, null, false, false, null);
        try
        {
            var configuration = _services.Read(start.Definition);
            _lines = new RunLines(_services.Log, configuration.BackupId);
            _configuration = configuration with { Restore = configuration.Restore.With(start.IsDryRun, start.ComparesAll) };
            Conduct(isFirst: true);
        }
        catch (BackupException e)
        {
            Fail(e);
        }
    }

    private void Conduct(bool isFirst)
    {
        try
        {
            _opened = _services.Open(_wanted!.Definition, _configuration!, new RestoreLog(_lines!), isFirst);
            _coordinator = Context.ActorOf(RestoreCoordinatorActor.Props(_opened.Services));
            _coordinator.Tell(StartRestore.Instance);
        }
        catch (BackupException e)
        {
            Fail(e);
        }
    }

    /// <summary>This node cannot conduct it, and another might: so it is named.</summary>
    private void Fail(BackupException e)
    {
        var fault = Fault.Of(e);
        _verdict = new RestoreVerdict(WasStopped: false, IsExact: false, 0, 0, fault with { Message = $"{_services.Node()} cannot conduct the restore: {fault.Message}" });
        Remember();
    }

    private void OnFinished(RestoreFinished finished)
    {
        End();
        if (_isLeaving)
        {
            if (!_isGivenUp && (finished.WasStopped || finished.HasLapsed))
            {
                _services.Region().Tell(_wanted!); // Where its shard goes, it goes on.
            }

            Context.Stop(Self);
        }
        else if (finished.HasLapsed && !_isStopping)
        {
            Conduct(isFirst: false);
        }
        else
        {
            (_verdict, _report) = (RestoreVerdict.Of(finished), Encoding.UTF8.GetString(finished.Report.Span));
            Remember();
        }
    }

    private void Remember() => Timers.StartSingleTimer(MemoryOver.Instance, MemoryOver.Instance, Memory);

    private void Stop()
    {
        _isStopping = true;
        _opened?.Hurry();
        _coordinator.Tell(StopRestore.Instance);
    }

    private void End()
    {
        Context.Stop(_coordinator);
        (_coordinator, var opened) = (ActorRefs.Nobody, _opened);
        _opened = null;
        if (opened is not null)
        {
            _ = Task.Run(opened.End); // Clients take their time.
        }
    }

    private void Tell(IActorRef asker, int after)
    {
        if (_wanted is null || _isLeaving)
        {
            asker.Tell(new RestoreRunStatus(_restore, null));
            if (_wanted is null)
            {
                Context.Parent.Tell(new Passivate(HandOver.Instance)); // Anybody may ask for any name.
            }

            return;
        }

        var (lines, last, hasMore) = _lines?.After(after) ?? ([], 0, false);
        var status = new RestoreRunStatus(_restore, _wanted.Run) { Lines = lines, LastLine = last, Verdict = hasMore ? null : _verdict };
        if (_opened is not { } opened)
        {
            asker.Tell(status);
            return;
        }

        status = status with { Records = opened.Crew.Records, Bytes = opened.Crew.Bytes };
        _ = _coordinator.Ask<BackupStatus>(new GetBackupStatus(_configuration!.BackupId), StatusPatience).PipeTo(
            asker,
            success: there => status with { Phase = there.Phase, PartitionsPlanned = there.PartitionsPlanned, PartitionsDone = there.PartitionsDone, RecordsPlanned = there.OffsetsPlanned },
            failure: _ => status);
    }

    private RestoreReportPart PartOf(string? report, int from) => report is null || from >= report.Length
        ? new RestoreReportPart(_restore, "", report?.Length)
        : new RestoreReportPart(_restore, report[from..Math.Min(from + RestoreReportPart.MostText, report.Length)], report.Length);

    /// <summary>Its shard moves to another node, or it is not needed any more.</summary>
    internal sealed record HandOver : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static HandOver Instance { get; } = new();
    }

    private sealed record MemoryOver : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static MemoryOver Instance { get; } = new();
    }
}
