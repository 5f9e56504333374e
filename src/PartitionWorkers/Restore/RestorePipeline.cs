using System.Collections.ObjectModel;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Restores one partition: compares what is there with what the backup has for it, and writes what comes behind.</summary>
/// <param name="order">What to restore, and where to.</param>
/// <param name="feed">The records.</param>
/// <param name="target">Reads and writes the target.</param>
/// <param name="pace">Holds it down.</param>
internal sealed class RestorePipeline(RestorePartition order, IRecordFeed feed, RestoreTarget target, RestorePace pace)
{
    /// <summary>How long a restore that was told to stop waits for what it has sent.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly IRecordWriter _writer = order.IsComparison ? new DrySink().Open(order.Target) : target.Sink.Open(order.Target, order.Base + order.There, order.Share?.Repartitioning.Partitions ?? 1, order.Limits);
    private readonly OffsetMarks _marks = new(order.Marks, order.Noted);
    private readonly SpanOfRecords _span = new(order.Noted);
    private readonly HarmsSoFar _harms = new(order);
    private long _bytes;

    /// <summary>How far it is; null when neither this attempt nor one before has written anything. From any thread.</summary>
    public RestoredSoFar? SoFar
    {
        get
        {
            while (_writer.Written is { } written)
            {
                if (_harms.UpTo(written) is { } harms)
                {
                    return new RestoredSoFar
                    {
                        Records = written.Offset - order.Base,
                        SourceOffset = written.SourceOffset,
                        Differences = Differences,
                        Marked = _marks.Found,
                        Span = _span.Span,
                        Harms = harms,
                    };
                }
            }

            return order.Noted;
        }
    }

    private IReadOnlyList<string> Differences => [.. (order.Noted?.Differences ?? []).Union(feed.Differences, StringComparer.Ordinal)];

    /// <summary>Restores until all is acknowledged, or until <paramref name="cancellation"/>.</summary>
    /// <returns>What the target has acknowledged.</returns>
    /// <exception cref="BackupException">A segment could not be read, or a record was not taken.</exception>
    public async Task<PartitionRestored> RunAsync(CancellationToken cancellation)
    {
        var wasStopped = false;
        try
        {
            await WriteAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            wasStopped = true; // What was sent is waited for: it is told how much is there.
        }

        using var patience = wasStopped ? new CancellationTokenSource(StopPatience) : new CancellationTokenSource();
        long written;
        try
        {
            written = await _writer.CompleteAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new BackupException(FailureKind.Source, $"{order.Target} was not written to its end, and how much is there is not known: the target did not answer.", e);
        }

        return new PartitionRestored(order)
        {
            Records = order.There + written,
            WasStopped = wasStopped,
            Bytes = _bytes,
            Markers = feed.Markers,
            FirstMarker = feed.FirstMarker,
            Filtered = feed.Filtered,
            Harms = _harms.All(feed.Harms) with { TooLarge = _writer.TooLarge },
            Differences = Differences,
            Span = _span.Span,
            Marked = wasStopped ? ReadOnlyDictionary<long, long>.Empty : _marks.Complete().ToDictionary(mark => mark.Key, mark => order.Base + mark.Value),
        };
    }

    /// <summary>Compares what is there with what the backup has for it, and writes what comes behind.</summary>
    private async Task WriteAsync(CancellationToken cancellation)
    {
        var at = order.Noted?.Records ?? 0;
        await using var tail = new RestoredTail(target.Source, order.Target, new OffsetRange(order.Base + at, order.Base + order.There), TimeProvider.System);
        await foreach (var record in feed.ReadAsync(cancellation))
        {
            cancellation.ThrowIfCancellationRequested(); // What is at hand makes nobody wait who would notice.
            _marks.Pass(record.Offset);
            _span.Pass(record.Offset, record.Timestamp);
            if (at++ < order.There)
            {
                _harms.PassThere(feed.Harms);
                await tail.CompareAsync(record, cancellation);
                continue;
            }

            _harms.Pass(record.Offset, feed.Harms, _writer);
            var size = record.Size;
            _bytes += size;
            await pace.TakeAsync(size, cancellation);
            await _writer.WriteAsync(record, cancellation);
        }

        if (at < order.There)
        {
            throw tail.TooLong(order.Base + at);
        }
    }
}
