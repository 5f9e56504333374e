using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Simulation.Tests;

/// <summary>A ledger writer: the product's own ledger and manifest code, in the order in which a ledger actor uses it.</summary>
internal sealed class SimulatedWriter : SimulatedActor
{
    private static readonly ManifestPublisher.SourceLabels Labels = new(["broker:9092"], "none");

    private readonly IObjectStore _store;
    private readonly LedgerWriter _writer;
    private readonly ManifestPublisher _manifest;
    private readonly List<(CommitSegment Commit, SimulatedActor From)> _commits = [];
    private readonly Queue<(object Message, SimulatedActor From)> _requests = [];

    public SimulatedWriter(World world, string name)
        : base(world, name)
    {
        _store = world.Patient(new CarelessStore(new SimulatedStore(world, this), world.Mutation, WaitingSegments));
        _writer = new LedgerWriter(_store, World.Backup, name, world.Clock) { MaxTailBytes = 300, MaxParts = 2 };
        _manifest = new ManifestPublisher(_store);
    }

    /// <summary>Whether it has read the ledger and can answer.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether it claims the ledger at once, instead of with its first commit.</summary>
    public bool ClaimsAtOnce { get; init; }

    /// <summary>The epoch that it tells workers.</summary>
    public long Epoch => _writer.Ledger.Head.Epoch;

    /// <summary>How many renders it has finished.</summary>
    public int Renders { get; private set; }

    protected override void Begin() => Start(WorkAsync);

    /// <summary>Answers at once what can be answered, and keeps the rest for when nothing is under way. Before the ledger is loaded, all is dropped.</summary>
    protected override void Handle(object message, SimulatedActor? from)
    {
        switch (message)
        {
            case GetUncovered ask:
                var (page, hasMore) = RangePages.First(Uncovered(ask.Partition, ask.Ranges), most: 1);
                World.To(from, new Uncovered(World.Backup, ask.Partition, ask.Assignment, page, Epoch) { HasMore = hasMore }, this);
                break;
            case OpenLedger open:
                World.To(from, new LedgerOpened(World.Backup, open.Run), this);
                break;
            case CommitSegment commit:
                _commits.Add((commit, from!));
                break;
            default:
                _requests.Enqueue((message, from!));
                break;
        }
    }

    /// <summary>What begins behind the position is made to begin there: the plan was made before another writer came that far.</summary>
    private List<OffsetRange> Uncovered(PartitionId partition, IReadOnlyList<OffsetRange> ranges)
    {
        var coverage = _writer.Ledger.CoverageOf(partition);
        return ranges.SelectMany(coverage.Uncovered)
            .Select(range => coverage.Position < range.Base ? new OffsetRange(coverage.Position.Value, range.Next) : range).ToList();
    }

    private async Task WorkAsync()
    {
        try
        {
            await ServeAsync();
        }
        catch (FencedException)
        {
            // As it should be: somebody else is the current writer.
        }
        catch (StorageException e) when (e.IsRetryable || e.InnerException is StorageException { IsRetryable: true } || e.Key == BackupKeys.Manifest(World.Backup) || e.Key == BackupKeys.Head(World.Backup))
        {
            // The store failed too often, or others changed manifest or head too often. The process ends; another one will do the work.
        }

        IsLoaded = false;
        Stop();
    }

    private async Task ServeAsync()
    {
        await _writer.LoadAsync(CancellationToken.None);
        if (ClaimsAtOnce)
        {
            await _writer.ClaimAsync(CancellationToken.None);
        }

        await _manifest.AdoptAsync(_writer, CancellationToken.None);
        IsLoaded = true;
        while (true)
        {
            await PauseAsync();
            switch (Random.NextDouble())
            {
                case < .5:
                    await CommitWaitingAsync();
                    break;
                case < .7:
                    await ServeNextAsync();
                    break;
                case < .85:
                    await _manifest.RenderAsync(_writer, Labels, CancellationToken.None);
                    Renders++;
                    break;
                case < .95 when _writer.IsCurrentWriter:
                    await SweepAsync();
                    break;
                case < .97 when _writer.IsCurrentWriter:
                    await _writer.CloseAsync(CancellationToken.None);
                    break;
            }
        }
    }

    private async Task CommitWaitingAsync()
    {
        if (_commits.Count == 0)
        {
            return;
        }

        var requests = _commits.ToList();
        _commits.Clear();
        await _writer.ClaimAsync(CancellationToken.None);
        var (accepted, verdicts) = await JudgeAsync(requests);
        if (World.Mutation == Mutation.AnsweredBeforeCommit)
        {
            Answer(requests, verdicts);
        }

        await _writer.CommitAsync(accepted, CancellationToken.None);
        Answer(requests, verdicts);
        await _writer.CompactAsync(CancellationToken.None);
    }

    private async Task<(IReadOnlyList<LedgerEntry> Accepted, List<CommitVerdict> Verdicts)> JudgeAsync(List<(CommitSegment Commit, SimulatedActor From)> requests)
    {
        if (World.Mutation is Mutation.NoBaseCheck or Mutation.NoPositionCheck or Mutation.NoEpochCheck)
        {
            var careless = new CarelessBatch(await _writer.ReadWholeAsync(CancellationToken.None), World.Mutation);
            return (careless.Accepted, requests.Select(request => careless.Judge(request.Commit.Entry, request.Commit.Epoch)).ToList());
        }

        var batch = await _writer.NewBatchAsync(requests.Select(request => request.Commit.Entry), CancellationToken.None);
        return (batch.Accepted, requests.Select(request => batch.Judge(request.Commit.Entry, request.Commit.Epoch)).ToList());
    }

    private void Answer(List<(CommitSegment Commit, SimulatedActor From)> requests, List<CommitVerdict> verdicts)
    {
        foreach (var ((commit, from), verdict) in requests.Zip(verdicts))
        {
            var entry = commit.Entry;
            if (verdict != CommitVerdict.Rejected)
            {
                World.Judge.Acknowledged(this, entry);
            }

            World.To(from, verdict == CommitVerdict.Rejected
                ? new Rejected(World.Backup, entry.Partition, commit.Assignment, entry.Range, Epoch)
                : new Committed(World.Backup, entry.Partition, commit.Assignment, entry.Range, Epoch), this);
        }
    }

    /// <summary>Does what a coordinator asked for.</summary>
    private async Task ServeNextAsync()
    {
        if (!_requests.TryDequeue(out var next))
        {
            return;
        }

        switch (next.Message)
        {
            case RecordSource record:
                await _writer.RecordSourceAsync(record.ClusterId, record.Topics, CancellationToken.None);
                World.To(next.From, new SourceRecorded(World.Backup, record.Run) { Number = record.Number }, this);
                break;
            case FinishRun finish when _commits.Count == 0:
                await _manifest.RenderAsync(_writer, Labels, CancellationToken.None);
                Renders++;
                World.To(next.From, new RunFinished(World.Backup, finish.Run, 0, 0, null), this);
                break;
            case FinishRun:
                _requests.Enqueue(next);
                break;
        }
    }

    private async Task SweepAsync()
    {
        switch (World.Mutation)
        {
            case Mutation.AnyPartSwept:
                var named = _writer.Ledger.Head.Parts.Select(part => part.Key).ToHashSet();
                await DeleteAsync(BackupKeys.PartsPrefix(World.Backup), key => !named.Contains(key));
                break;
            case Mutation.AnySegmentSwept:
                var segments = (await _writer.ReadWholeAsync(CancellationToken.None)).Entries.Select(entry => entry.Segment?.Key).ToHashSet();
                await DeleteAsync(BackupKeys.SegmentsPrefix(World.Backup), key => !ForeignTool.Made(key) && !segments.Contains(key));
                break;
            default:
                await LedgerSweeper.SweepAsync(_store, _writer, isOrdered: Random.Next(2) == 0, CancellationToken.None);
                break;
        }
    }

    private async Task DeleteAsync(string prefix, Func<string, bool> doomed)
    {
        var keys = new List<string>();
        await foreach (var found in _store.ListAsync(prefix, CancellationToken.None))
        {
            keys.Add(found.Key);
        }

        foreach (var key in keys.Where(doomed))
        {
            await _store.DeleteAsync(key, CancellationToken.None);
        }
    }

    private IEnumerable<ManifestSegment> WaitingSegments() => _commits.Select(request => request.Commit.Entry.Segment).OfType<SegmentInfo>()
        .Select(segment => ForeignTool.ToManifest(segment));
}
