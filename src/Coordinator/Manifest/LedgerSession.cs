using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>One run's work on the ledger and its views, as operations for a <see cref="LedgerActor"/> to start one after another.</summary>
internal sealed class LedgerSession
{
    private readonly BackupId _backup;
    private readonly LedgerServices _services;
    private readonly BackupEnvironment _environment;
    private readonly LedgerWriter _writer;
    private readonly ManifestPublisher _manifest;
    private readonly OffsetsPublisher? _offsets;
    private readonly List<string> _warnings = [];
    private bool _hasNews;
    private bool _hasRejections;

    public LedgerSession(BackupId backup, LedgerServices services)
    {
        (_backup, _services) = (backup, services);
        _environment = services.Environments.For(backup);
        _writer = new LedgerWriter(_environment.Store, backup, services.WriterName(), services.Clock, services.Retries)
        {
            BeforeFirstHead = cancellation => StoreProbe.CheckAsync(_environment.Store, backup, cancellation),
        };
        _manifest = new ManifestPublisher(_environment.Store, services.Retries);
        _offsets = _environment.Configuration.IsIncremental
            ? new OffsetsPublisher(_environment.Store, services.OffsetsPath(backup), services.Retries, services.Clock)
            : null;
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
    public string? OffsetsSyncedTo { get; private set; }

    /// <summary>Loads the ledger, takes over what another program added, and tells how the offsets databases compare.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await _writer.LoadAsync(cancellation);
        var adopted = await _manifest.AdoptAsync(_writer, cancellation);
        if (adopted.Entries.Count > 0)
        {
            _services.RunLog.Adopted(adopted.Entries.Count);
            _services.RunLog.Lacking(_writer.Ledger);
            _hasNews = true;
        }

        foreach (var problem in adopted.Problems)
        {
            _services.RunLog.Warning(problem);
        }

        if (_offsets is not null)
        {
            await CompareOffsetsAsync(_offsets, cancellation);
        }
    }

    /// <summary>The parts of <paramref name="ranges"/> that the ledger does not cover. What begins behind the position is made to begin there:
    /// the plan was made before another writer came that far, and to commit it as it stands would leave a hole.</summary>
    public IReadOnlyList<OffsetRange> Uncovered(PartitionId partition, IReadOnlyList<OffsetRange> ranges)
    {
        var coverage = _writer.Ledger.CoverageOf(partition);
        return ranges.SelectMany(coverage.Uncovered)
            .Select(range => coverage.Position < range.Base ? new OffsetRange(coverage.Position.Value, range.Next) : range).ToList();
    }

    /// <summary>The leader epoch of the record right before the last of <paramref name="uncovered"/>, when that is the partition's tail; null when it is not known.</summary>
    public int? LeaderEpochBefore(PartitionId partition, IReadOnlyList<OffsetRange> uncovered) =>
        uncovered is [.., { } last] && _writer.Ledger.Partitions.GetValueOrDefault(partition) is { } known && known.Coverage.Position == last.Base
            ? known.Entries[^1].LeaderEpochAtEnd
            : null;

    /// <summary>Why an entry that was rejected can never be committed; null when another writer is just ahead.</summary>
    public Fault? WhyNever(CommitSegment commit) => ConflictOf(commit) is { } conflict ? new Fault(FailureKind.Source, conflict, IsRetryable: false) : null;

    /// <summary>Whether the entry is of another topic than the one that is remembered under its name.</summary>
    private string? ConflictOf(CommitSegment commit) => SourceIdentity.Conflict(
        _writer.Ledger.Topics.GetValueOrDefault(commit.Entry.Partition.Topic), new TopicFacts(commit.Entry.Partition.Topic, 0, commit.TopicId));

    /// <summary>Remembers cluster and topics.</summary>
    public Task RecordSourceAsync(string? clusterId, IReadOnlyList<TopicFacts> topics, CancellationToken cancellation) =>
        _writer.RecordSourceAsync(clusterId, topics, cancellation);

    /// <summary>Commits what may be committed, in one swap, and tells the verdict on each.</summary>
    public async Task<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<CommitSegment> commits, CancellationToken cancellation)
    {
        await _writer.ClaimAsync(cancellation); // The first commit of a run claims the ledger, so that a run with nothing new writes nothing.
        var batch = _writer.NewBatch();
        var verdicts = commits.Select(commit => ConflictOf(commit) is null ? batch.Judge(commit.Entry, commit.Epoch) : CommitVerdict.Rejected).ToList();
        Healed = batch.Accepted.Where(entry => entry.Range.Base < _writer.Ledger.CoverageOf(entry.Partition).Position).Aggregate(Healed, (sum, entry) => sum.Plus(entry));
        await _writer.CommitAsync(batch.Accepted, cancellation);
        _hasNews |= batch.Accepted.Count > 0;
        _hasRejections |= verdicts.Contains(CommitVerdict.Rejected);
        CommittedRecords += batch.Accepted.Sum(entry => entry.Segment?.RecordCount ?? 0);
        CommittedGaps += batch.Accepted.Count(entry => entry.Gap is not null);
        await _writer.CompactAsync(cancellation);
        return verdicts;
    }

    /// <summary>Brings the views up to date. During a run only when a quarter of the entries is new: a manifest costs as much as it is long.</summary>
    public async Task SyncAsync(bool isRunOver, CancellationToken cancellation)
    {
        var head = _writer.Ledger.Head;
        var shown = head.Rendered?.Entries ?? 0;
        if (!isRunOver && (head.EntryCount == shown || (head.EntryCount - shown) * 4 < head.EntryCount))
        {
            return;
        }

        var configuration = _environment.Configuration;
        var labels = new ManifestPublisher.SourceLabels(configuration.Source.BootstrapServers, configuration.Backup.Compression.Name());
        if (await _manifest.RenderAsync(_writer, labels, cancellation) is { } warning)
        {
            _warnings.Add(warning);
        }

        if (_offsets is not null && await _offsets.SyncAsync(_writer.Ledger, _backup, isRunOver, _hasNews, cancellation) && isRunOver)
        {
            OffsetsSyncedTo = $"{_environment.Store.Name}/{BackupKeys.Offsets(_backup)}";
        }

        _hasNews = false;
    }

    /// <summary>Ends the run: views, sweep, and the word in the head that all is in order.</summary>
    public async Task FinishAsync(bool isClean, CancellationToken cancellation)
    {
        await SyncAsync(isRunOver: true, cancellation);
        if (_writer.IsCurrentWriter)
        {
            if (await TrySweepAsync(cancellation) && isClean && !_hasRejections)
            {
                await _writer.CloseAsync(cancellation);
            }
        }
    }

    /// <summary>Sweeps. A run whose records are all safe does not fail because something that nobody needs could not be deleted.</summary>
    private async Task<bool> TrySweepAsync(CancellationToken cancellation)
    {
        try
        {
            await LedgerSweeper.SweepAsync(_environment.Store, _writer, cancellation);
            return true;
        }
        catch (StorageException e)
        {
            _warnings.Add($"Objects that nothing names any more could not be deleted: {e.Message} A later run tries again.");
            return false;
        }
    }

    /// <summary>Warnings since the last call.</summary>
    public IReadOnlyList<string> TakeWarnings()
    {
        var taken = _warnings.ToList();
        _warnings.Clear();
        return taken;
    }

    private async Task CompareOffsetsAsync(OffsetsPublisher offsets, CancellationToken cancellation)
    {
        var report = await offsets.CompareAsync(_writer.Ledger, _backup, cancellation);
        foreach (var warning in report.Warnings)
        {
            _services.RunLog.Warning(warning);
        }

        if (report.Lag is { } lag)
        {
            _services.RunLog.Note(lag);
        }

        if (report.HasRemote)
        {
            _services.RunLog.OffsetsLoaded("remote storage");
        }
        else if (report.HasLocal)
        {
            _services.RunLog.OffsetsLoaded(_services.OffsetsPath(_backup));
        }
    }
}
