using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>One run's work on the ledger and its views, as operations for a <see cref="LedgerActor"/> to start one after another.</summary>
internal sealed class LedgerSession
{
    private readonly BackupId _backup;
    private readonly LedgerServices _services;
    private readonly BackupEnvironment _environment;
    private readonly LedgerWriter _writer;
    private readonly ViewFailures _failures;
    private readonly LedgerViews _views;
    private bool _hasToldOfLoss;
    private bool _hasRejections;

    /// <summary>The object that a new store was tried with, when it could not be deleted yet.</summary>
    private string? _probe;

    public LedgerSession(BackupId backup, RunId run, LedgerServices services)
    {
        (_backup, _services) = (backup, services);
        _environment = services.Environments.For(backup, run);
        _writer = new LedgerWriter(_environment.Store, backup, services.WriterName(), services.Clock)
        {
            Housekeeping = _environment.Views,
            BeforeFirstHead = ProbeAsync,
        };
        _failures = new ViewFailures(backup, services.RunLog);
        _views = new LedgerViews(backup, services, _environment, _writer, _failures);
    }

    /// <summary>The epoch that workers name their segments with.</summary>
    public long Epoch => _writer.Ledger.Head.Epoch;

    /// <summary>Records committed in this session.</summary>
    public long CommittedRecords { get; private set; }

    /// <summary>Gaps committed in this session.</summary>
    public int CommittedGaps { get; private set; }

    /// <summary>What this session found at offsets that were missing before the end of a partition.</summary>
    public HealedOffsets Healed { get; private set; } = new(0, 0, 0);

    /// <summary>Where the remote offsets database was written at the end of the run; null when that was not needed.</summary>
    public string? OffsetsSyncedTo => _views.OffsetsSyncedTo;

    /// <summary>What still fails of views and housekeeping; null when nothing does.</summary>
    public Fault? ViewFailure => _failures.First;

    /// <summary>Whether parts are to be merged now; after a failure only with the next sync.</summary>
    public bool IsCompactionDue => _writer.NeedsCompaction && !_failures.Has(LedgerView.Parts);

    /// <summary>Loads the ledger, takes over what another program added, and tells how the offsets databases compare.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await _writer.LoadAsync(cancellation);
        _environment.Patience.Begun();
        if (_writer.Ledger.Problem is { } problem)
        {
            _services.RunLog.Warning(problem);
        }

        await _views.OpenAsync(cancellation);
        TellOfLoss();
    }

    /// <summary>The parts of <paramref name="ranges"/> that the ledger does not cover. What begins behind the position is made to begin there:
    /// the plan was made before another writer came that far, and to commit it as it stands would leave a hole.</summary>
    public IReadOnlyList<OffsetRange> Uncovered(PartitionId partition, IReadOnlyList<OffsetRange> ranges)
    {
        var coverage = _writer.Ledger.CoverageOf(partition);
        return ranges.SelectMany(coverage.Uncovered)
            .Select(range => coverage.Position < range.Base ? new OffsetRange(coverage.Position.Value, range.Next) : range).ToList();
    }

    /// <summary>Whether this session writes the ledger.</summary>
    public bool HasClaimed => _writer.IsCurrentWriter;

    /// <summary>Claims the ledger. A run does so when the first of its workers is about to store something, so that one with nothing new writes nothing:
    /// named with the epoch of that claim, segments outlive a crash and the next claim.</summary>
    public Task ClaimAsync(CancellationToken cancellation) => _writer.ClaimAsync(cancellation);

    /// <summary>The leader epoch of the record right before the last of <paramref name="uncovered"/>, when that is the partition's tail; null when it is not known.</summary>
    public int? LeaderEpochBefore(PartitionId partition, IReadOnlyList<OffsetRange> uncovered) =>
        uncovered is [.., { } last] && _writer.Ledger.Partitions.GetValueOrDefault(partition) is { } known && known.Coverage.Position == last.Base
            ? known.LeaderEpochAtEnd
            : null;

    /// <summary>Why an entry that was rejected can never be committed; null when another writer is just ahead.</summary>
    public Fault? WhyNever(CommitSegment commit) => ConflictOf(commit) is { } conflict ? new Fault(FailureKind.Source, conflict, IsRetryable: false) : null;

    /// <summary>Whether the entry is of another topic than the one that is remembered under its name.</summary>
    private string? ConflictOf(CommitSegment commit) => SourceIdentity.Conflict(
        _writer.Ledger.Topics.GetValueOrDefault(commit.Entry.Partition.Topic), new TopicFacts(commit.Entry.Partition.Topic, 0, commit.TopicId));

    /// <summary>Remembers cluster and topics.</summary>
    public async Task RecordSourceAsync(string? clusterId, IReadOnlyList<TopicFacts> topics, CancellationToken cancellation)
    {
        var change = _writer.Ledger.Head.Change;
        await _writer.RecordSourceAsync(clusterId, topics, cancellation);
        TellOfLoss();
        if (_writer.Ledger.Head.Change != change)
        {
            _views.Outdate();
        }
    }

    /// <summary>Commits what may be committed, in one swap, and tells the verdict on each.</summary>
    public async Task<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<CommitSegment> commits, CancellationToken cancellation)
    {
        var start = _services.Clock.GetTimestamp();
        await _writer.ClaimAsync(cancellation); // The first commit of a run claims the ledger, so that a run with nothing new writes nothing.
        var batch = await _writer.NewBatchAsync(commits.Select(commit => commit.Entry), cancellation);
        var verdicts = commits.Select(commit => ConflictOf(commit) is null ? batch.Judge(commit.Entry, commit.Epoch) : CommitVerdict.Rejected).ToList();
        Healed = batch.Accepted.Where(entry => entry.Range.Base < _writer.Ledger.CoverageOf(entry.Partition).Position)
            .Aggregate(Healed, (sum, entry) => sum.Plus(entry));
        await _writer.CommitAsync(batch.Accepted, cancellation);
        _services.Metrics.Committed(_backup, batch.Accepted, _services.Clock.GetElapsedTime(start));
        if (batch.Accepted.Count > 0)
        {
            _views.Outdate();
        }

        _hasRejections |= verdicts.Contains(CommitVerdict.Rejected);
        CommittedRecords += batch.Accepted.Sum(entry => entry.Segment?.RecordCount ?? 0);
        CommittedGaps += batch.Accepted.Count(entry => entry.Gap is not null);
        return verdicts;
    }

    /// <summary>Merges small parts. That this fails is told, and ends nothing.</summary>
    public Task CompactAsync(CancellationToken cancellation) => _failures.TryAsync(LedgerView.Parts, () => _writer.CompactAsync(cancellation));

    /// <summary>Does during a run what can wait: the views, when they are due, and what failed before.</summary>
    public async Task SyncAsync(CancellationToken cancellation)
    {
        await _views.SyncAsync(isRunOver: false, cancellation);
        await DeleteProbeAsync(cancellation);
        if (_writer.NeedsCompaction)
        {
            await CompactAsync(cancellation);
        }
    }

    /// <summary>Ends the run: views, sweep, and the word in the head that all is in order.</summary>
    public async Task FinishAsync(bool isClean, CancellationToken cancellation)
    {
        await _views.SyncAsync(isRunOver: true, cancellation);
        await DeleteProbeAsync(cancellation);
        if (_environment.Configuration.SweepsOrphans)
        {
            await _writer.ClaimAsync(cancellation); // An order to sweep holds for a run with nothing new, too.
        }

        if (!_writer.IsCurrentWriter)
        {
            return;
        }

        if (_writer.NeedsCompaction)
        {
            await CompactAsync(cancellation);
        }

        var isSwept = await _failures.TryAsync(LedgerView.Orphans, () => SweepAsync(cancellation));
        if (isSwept && isClean && !_hasRejections)
        {
            await _writer.CloseAsync(cancellation);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellation)
    {
        _probe = await StoreProbe.CheckAsync(_environment.Store, _backup, cancellation, _environment.Views);
        await DeleteProbeAsync(cancellation);
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        var isOrdered = _environment.Configuration.SweepsOrphans;
        var swept = await LedgerSweeper.SweepAsync(_environment.Views, _writer, isOrdered, cancellation);
        foreach (var sentence in SweepText.Of(swept, isOrdered, _backup, _environment.Store))
        {
            _services.RunLog.Warning(sentence);
        }
    }

    /// <summary>Tells once, and as early as it is known, that the ledger does not know all that was written.</summary>
    private void TellOfLoss()
    {
        if (!_hasToldOfLoss && _writer.Ledger.Head.UnsweptThrough is not null && !_environment.Configuration.SweepsOrphans)
        {
            _hasToldOfLoss = true;
            _services.RunLog.Warning(SweepText.OfLoss(_backup, _environment.Store));
        }
    }

    private async Task DeleteProbeAsync(CancellationToken cancellation)
    {
        if (_probe is { } key && await _failures.TryAsync(LedgerView.Probe, () => _environment.Views.DeleteAsync(key, cancellation)))
        {
            _probe = null;
        }
    }
}
