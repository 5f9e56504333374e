using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Tests.Ledger.Simulation;

/// <summary>A ledger writer: the product's own ledger and manifest code, in the order in which a ledger actor uses it.</summary>
internal sealed class SimulatedWriter : SimulatedProcess
{
    private static readonly ManifestPublisher.SourceLabels Labels = new(["broker:9092"], "none");

    private readonly IObjectStore _store;
    private readonly LedgerWriter _writer;
    private readonly ManifestPublisher _manifest;
    private readonly List<CommitRequest> _inbox = [];

    public SimulatedWriter(World world, string name)
        : base(world, name)
    {
        _store = new CarelessStore(new SimulatedStore(world, this), world.Mutation, WaitingSegments);
        _writer = new LedgerWriter(_store, World.Backup, name, world.Clock, world.Retries) { MaxTailBytes = 600, MaxParts = 2 };
        _manifest = new ManifestPublisher(_store, world.Retries);
    }

    /// <summary>Whether it has read the ledger and can answer.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether it claims the ledger at once, instead of with its first commit.</summary>
    public bool ClaimsAtOnce { get; init; }

    /// <summary>The epoch that it tells workers.</summary>
    public long Epoch => _writer.Ledger.Head.Epoch;

    /// <summary>How many renders it has finished.</summary>
    public int Renders { get; private set; }

    /// <summary>What it takes for uncovered: from the first offset covered, or from the log start when that is earlier or nothing is covered.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="start">The log start.</param>
    /// <param name="end">The high watermark.</param>
    /// <param name="isOldPlan">Whether the log start goes before all.</param>
    public IReadOnlyList<OffsetRange> Uncovered(PartitionId partition, long start, long end, bool isOldPlan)
    {
        var coverage = _writer.Ledger.CoverageOf(partition);
        var from = isOldPlan ? start : Math.Min(coverage.First ?? start, start);
        return from < end ? coverage.Uncovered(new OffsetRange(from, end)).ToList() : [];
    }

    public void Receive(CommitRequest request) => _inbox.Add(request);

    protected override async Task RunAsync()
    {
        await _writer.LoadAsync(CancellationToken.None);
        if (ClaimsAtOnce)
        {
            await _writer.ClaimAsync(CancellationToken.None);
        }

        await _manifest.AdoptAsync(_writer, CancellationToken.None);
        IsLoaded = true;
        if (Random.Next(2) == 0)
        {
            await _writer.RecordSourceAsync(
                "cluster", World.Sources.GroupBy(source => source.Partition.Topic).Select(topic => new TopicFacts(topic.Key, topic.Count(), "id")).ToList(),
                CancellationToken.None);
        }

        while (true)
        {
            await PauseAsync();
            switch (Random.NextDouble())
            {
                case < .7:
                    await CommitWaitingAsync();
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
        if (_inbox.Count == 0)
        {
            return;
        }

        var requests = _inbox.ToList();
        _inbox.Clear();
        await _writer.ClaimAsync(CancellationToken.None);
        var (accepted, verdicts) = Judge(requests);
        if (World.Mutation == Mutation.AnsweredBeforeCommit)
        {
            Answer(requests, verdicts);
        }

        await _writer.CommitAsync(accepted, CancellationToken.None);
        Answer(requests, verdicts);
        await _writer.CompactAsync(CancellationToken.None);
    }

    private (IReadOnlyList<LedgerEntry> Accepted, List<CommitVerdict> Verdicts) Judge(List<CommitRequest> requests)
    {
        if (World.Mutation is Mutation.NoBaseCheck or Mutation.NoPositionCheck or Mutation.NoEpochCheck)
        {
            var careless = new CarelessBatch(_writer.Ledger, World.Mutation);
            return (careless.Accepted, requests.Select(request => careless.Judge(request.Entry, request.Epoch)).ToList());
        }

        var batch = _writer.NewBatch();
        return (batch.Accepted, requests.Select(request => batch.Judge(request.Entry, request.Epoch)).ToList());
    }

    private void Answer(List<CommitRequest> requests, List<CommitVerdict> verdicts)
    {
        foreach (var (request, verdict) in requests.Zip(verdicts))
        {
            if (Random.NextDouble() > .1)
            {
                if (verdict != CommitVerdict.Rejected)
                {
                    World.Judge.Acknowledged(this, request.Entry);
                }

                request.Answer = (verdict, Epoch);
            }
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
                var segments = _writer.Ledger.Entries.Select(entry => entry.Segment?.Key).ToHashSet();
                await DeleteAsync(BackupKeys.SegmentsPrefix(World.Backup), key => !ForeignTool.Made(key) && !segments.Contains(key));
                break;
            default:
                await LedgerSweeper.SweepAsync(_store, _writer, CancellationToken.None);
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

    private IEnumerable<ManifestSegment> WaitingSegments() => _inbox.Select(request => request.Entry.Segment).OfType<SegmentInfo>()
        .Select(segment => ForeignTool.ToManifest(segment));
}

/// <summary>A worker's wish to have an entry committed. One object for all its repetitions.</summary>
internal sealed class CommitRequest(LedgerEntry entry, long epoch)
{
    public LedgerEntry Entry => entry;

    public long Epoch => epoch;

    public (CommitVerdict Verdict, long Epoch)? Answer { get; set; }
}
