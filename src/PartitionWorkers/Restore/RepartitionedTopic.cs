using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Reads a topic once, and deals its records out to the partitions that it gets at the target.</summary>
/// <remarks>One loop reads, and waits for whoever is behind; it waits for nobody who has left. So nothing can wait for each other in a circle, however many partitions there are on either
/// side. What each feed gets is the same in every attempt: the order of reading is (<see cref="SegmentRuns"/>), and the choice of the partition.</remarks>
internal sealed class RepartitionedTopic
{
    /// <summary>How much is handed over at once, so that handing over costs little.</summary>
    private const long BatchBytes = 256 * 1024;

    private const int BatchRecords = 1_000;
    private const int MostBatches = 2;

    private readonly Feed?[] _feeds;
    private readonly RestoredShare _share;
    private readonly RecordRestorer _restorer;
    private readonly IObjectStore _store;
    private readonly CancellationTokenSource _left = new();
    private readonly TaskCompletionSource _isOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isReading;
    private int _readers;

    /// <summary>A topic of which <paramref name="orders"/> get their shares; records of others are left out.</summary>
    /// <param name="orders">Orders with the same share, for different partitions: each feed has to be read, or its enumeration be ended.</param>
    /// <param name="restorer">Makes of stored records what they were.</param>
    /// <param name="store">Where the backup lives.</param>
    /// <param name="request">What the node is asked for before anything is read.</param>
    public RepartitionedTopic(IReadOnlyCollection<RestorePartition> orders, RecordRestorer restorer, IObjectStore store, RequestPermit request)
    {
        Permit = new ReadingPermit(request, _isOver.Task);
        (_share, _restorer, _store, _readers) = (orders.First().Share!, restorer, store, orders.Count);
        _feeds = new Feed?[_share.Repartitioning.Partitions];
        foreach (var order in orders)
        {
            _feeds[order.Target.Number] = new Feed(this, order, tellsAll: order == orders.First());
        }
    }

    /// <summary>The permit of the one loop that reads: it is needed until that has ended, whichever feeds have ended by then. Feeds need none, so that none waits for one that another has.</summary>
    public ReadingPermit Permit { get; }

    /// <summary>Markers that were left out, in all partitions at the source.</summary>
    private long Markers { get; set; }

    private long? FirstMarker { get; set; }

    private ImmutableList<string> Differences { get; set; } = [];

    /// <summary>The records of one partition at the target.</summary>
    public IRecordFeed FeedOf(RestorePartition order) => _feeds[order.Target.Number]!;

    private void Begin()
    {
        if (Interlocked.Exchange(ref _isReading, 1) == 0)
        {
            _ = Task.Run(DealAsync);
        }
    }

    /// <summary>The last one who leaves ends the reading.</summary>
    private void Leave()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
        {
            _left.Cancel();
        }
    }

    private async Task DealAsync()
    {
        Exception? failure = null;
        try
        {
            await Permit.WaitAsync(_left.Token);
            foreach (var run in SegmentRuns.Of(_share.Sources))
            {
                await DealAsync(run);
            }

            foreach (var feed in _feeds)
            {
                await (feed?.FlushAsync() ?? ValueTask.CompletedTask);
            }
        }
        catch (Exception e)
        {
            failure = e; // Each reader meets it: what it has got so far is not all.
        }

        foreach (var feed in _feeds)
        {
            feed?.End(failure);
        }

        _isOver.SetResult();
    }

    private async Task DealAsync(SegmentRuns.Run run)
    {
        var records = new PartitionRecords(_store, run.Partition, run.Segments);
        await foreach (var record in records.ReadAsync(_left.Token))
        {
            if (_restorer.Restore(record, run.Partition) is { } restored
                && _feeds[_share.Repartitioning.PartitionOf(restored.Key, run.Partition.Number, restored.Offset)] is { } feed)
            {
                await feed.AddAsync(restored);
            }
        }

        Markers += records.Markers;
        FirstMarker ??= records.FirstMarker;
        Differences = Differences.AddRange(records.Differences);
    }

    private sealed class Feed(RepartitionedTopic topic, RestorePartition order, bool tellsAll) : IRecordFeed
    {
        private readonly Channel<List<RecordCopy>> _batches = Channel.CreateBounded<List<RecordCopy>>(new BoundedChannelOptions(MostBatches) { SingleReader = true, SingleWriter = true });
        private List<RecordCopy> _batch = [];
        private long _bytes;
        private long _noted = order.Noted?.Records ?? 0;

        /// <summary>What concerns the topic is told by one of its partitions.</summary>
        public long Markers => tellsAll ? topic.Markers : 0;

        public long? FirstMarker => tellsAll ? topic.FirstMarker : null;

        public FilteredRecords Filtered => tellsAll ? topic._restorer.Filtered : default;

        public RecordHarms Harms => tellsAll ? topic._restorer.Harms : default;

        public IReadOnlyList<string> Differences => tellsAll ? topic.Differences : [];

        public async IAsyncEnumerable<RecordCursor> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            topic.Begin();
            try
            {
                await foreach (var batch in _batches.Reader.ReadAllAsync(cancellation))
                {
                    foreach (var record in batch)
                    {
                        yield return record;
                    }
                }
            }
            finally
            {
                _batches.Writer.TryComplete();
                topic.Leave();
            }
        }

        public ValueTask AddAsync(RecordCursor record)
        {
            if (_noted > 0)
            {
                _noted--;
                return ValueTask.CompletedTask;
            }

            _batch.Add(RecordCopy.Of(record)); // Whoever reads it does so when the cursor is elsewhere.
            _bytes += record.Size;
            return _bytes < BatchBytes && _batch.Count < BatchRecords ? ValueTask.CompletedTask : FlushAsync();
        }

        public async ValueTask FlushAsync()
        {
            var batch = _batch;
            (_batch, _bytes) = ([], 0);
            try
            {
                await _batches.Writer.WriteAsync(batch, topic._left.Token);
            }
            catch (ChannelClosedException)
            {
                // Its reader has left, and says itself why.
            }
        }

        public void End(Exception? failure) => _batches.Writer.TryComplete(failure);
    }
}
