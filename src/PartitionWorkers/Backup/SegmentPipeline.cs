using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Fetches ranges of one partition, encodes and compresses their records, and stores them as segments. Plain async code, no actor.</summary>
/// <remarks>
/// It promises nothing: what it stored counts only when somebody commits the entries it hands out, in the order in which it hands them
/// out. It pauses when too many wait for that. A segment's memory is free again as soon as the store has it.
/// </remarks>
public sealed class SegmentPipeline
{
    private readonly PartitionKey _key;
    private readonly IRecordSource _source;
    private readonly IObjectStore _store;
    private readonly TopicIdentities _topics;
    private readonly PipelineSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Action<LedgerEntry> _stored;
    private readonly SemaphoreSlim _uncommitted;
    private long _epoch;
    private long? _changedAt;
    private Task _uploading = Task.CompletedTask;

    /// <summary>A pipeline for one partition.</summary>
    /// <param name="key">Backup and partition.</param>
    /// <param name="environment">Source and store.</param>
    /// <param name="settings">How to cut.</param>
    /// <param name="clock">For the age of a segment.</param>
    /// <param name="epoch">The epoch to name segments with, until <see cref="Committed"/> tells a newer one.</param>
    /// <param name="stored">Gets each entry when it may be committed. Called from any thread, one call at a time, in order.</param>
    public SegmentPipeline(
        PartitionKey key, BackupEnvironment environment, PipelineSettings settings, TimeProvider clock, long epoch,
        Action<LedgerEntry> stored)
    {
        (_key, _source, _store, _topics, _settings, _clock, _epoch, _stored) =
            (key, environment.Source, environment.Store, environment.TopicIds, settings, clock, epoch, stored);
        _uncommitted = new SemaphoreSlim(settings.MaxUncommitted);
    }

    /// <summary>Where what is read and stored is counted. Default: nowhere that anybody looks.</summary>
    public NodeProgress Progress { get; init; } = new();

    /// <summary>Where that is measured. Default: for nobody.</summary>
    public WorkerMetrics Metrics { get; init; } = WorkerMetrics.Unread;

    /// <summary>The topic that was planned, by Kafka's id. Nothing is handed out that may be of another topic under its name. Null: not known, so not checked.</summary>
    public string? TopicId { get; init; }

    /// <summary>The leader epoch of the record right before the last range, the partition's tail; null when it is not known.</summary>
    public int? LeaderEpoch { get; init; }

    /// <summary>Tells that the oldest entry handed out is committed, under which epoch, so that the pipeline may go on.</summary>
    public void Committed(long epoch)
    {
        Interlocked.Exchange(ref _epoch, epoch);
        _uncommitted.Release();
    }

    /// <summary>Stores the committed records of the ranges, in order.</summary>
    /// <returns>Null when all was read; else the offset that could not be passed, as an open transaction begins there.</returns>
    /// <exception cref="OffsetsGoneException">The source deleted what was to be read; all before that was handed out.</exception>
    /// <exception cref="OutgrownException">There is more than <see cref="PipelineSettings.MostBytes"/> allows.</exception>
    /// <exception cref="BackupException">Source or store failed.</exception>
    public async Task<long?> RunAsync(IReadOnlyList<OffsetRange> ranges, CancellationToken cancellation)
    {
        using var writer = new SegmentWriter(_settings.Segments);
        try
        {
            long? blockedAt = null;
            foreach (var range in ranges.TakeWhile(_ => blockedAt is null))
            {
                var reached = await RunAsync(writer, range, range == ranges[^1] ? LeaderEpoch : null, cancellation);
                blockedAt = reached < range.Next ? reached : null;
            }

            return _changedAt is { } offset ? throw HeaderNamesChanged(offset) : blockedAt;
        }
        finally
        {
            // The upload in flight reads memory that must not go back to the pool under it.
            await _uploading;
        }
    }

    private async Task<long> RunAsync(SegmentWriter writer, OffsetRange range, int? leaderEpoch, CancellationToken cancellation)
    {
        await using var stream = _source.Open(_key.Partition, range, leaderEpoch);
        var next = range.Base;
        var startedAt = 0L;
        try
        {
            while (await stream.ReadAsync(cancellation) is { } records)
            {
                var (count, bytes, content) = (0L, 0L, 0L);
                while (records.MoveNext())
                {
                    startedAt = writer.RecordCount == 0 ? _clock.GetTimestamp() : startedAt;
                    var before = writer.UncompressedSize;
                    writer.Append(records);
                    (count, bytes) = (count + 1, bytes + writer.UncompressedSize - before);
                    content += records.Key.Bytes.Length + records.Value.Bytes.Length;
                    if (writer.UncompressedSize > _settings.MostBytes)
                    {
                        throw new OutgrownException();
                    }

                    if (writer.IsFull)
                    {
                        next = await SealAsync(writer, stream, next, writer.EndOffset + 1, cancellation);
                    }
                }

                _changedAt ??= stream.FirstChangedHeaderName;
                Progress.Read(count, bytes);
                Metrics.Read(_key.Backup, count, content);
                if (writer.RecordCount > 0 && _clock.GetElapsedTime(startedAt) >= _settings.Segments.MaxInterval)
                {
                    next = await SealAsync(writer, stream, next, writer.EndOffset + 1, cancellation);
                }
            }
        }
        catch (BackupException e) when (e.Kind == FailureKind.Source)
        {
            // What was read before is as good as ever: it need not be read again, and perhaps cannot be.
            if (writer.RecordCount > 0)
            {
                await SealAsync(writer, stream, next, writer.EndOffset + 1, cancellation);
            }

            await _uploading;
            throw;
        }

        if (writer.RecordCount > 0)
        {
            await SealAsync(writer, stream, next, stream.Position, cancellation);
        }
        else if (stream.Position > next)
        {
            await HandOutAfterUploadAsync(Entry(next, stream.Position), stream.TopicId, cancellation);
        }

        await _uploading;
        return stream.Position;
    }

    /// <summary>Seals the segment at hand and starts its upload, once the one before it is through.</summary>
    private async Task<long> SealAsync(SegmentWriter writer, IRecordStream stream, long @base, long next, CancellationToken cancellation)
    {
        // The leader epoch of its last record: in the middle of what was returned at once nobody knows it, and a later one would make the next run take a sound
        // log for one that was cut off.
        var entry = Entry(@base, next) with { LeaderEpoch = stream.Position == next ? stream.LeaderEpoch : null };
        var (segment, readFrom) = (writer.Seal(), stream.TopicId);
        try
        {
            await _uploading;
            await _uncommitted.WaitAsync(cancellation);
        }
        catch
        {
            segment.Dispose();
            throw;
        }

        _uploading = UploadAsync(segment, entry, readFrom, cancellation);
        if (!_settings.OverlapsUpload)
        {
            await _uploading;
        }

        return next;
    }

    private async Task UploadAsync(SealedSegment segment, LedgerEntry entry, string? readFrom, CancellationToken cancellation)
    {
        using (segment)
        {
            var key = BackupKeys.Segment(_key.Backup, _key.Partition, segment.Info.StartOffset, Interlocked.Read(ref _epoch),
                Guid.NewGuid().ToString("N")[..12], _settings.Segments.Extension);
            try
            {
                await _store.PutAsync(key, segment.Content, PutCondition.CreateOnly, cancellation);
            }
            catch (StorageConflictException)
            {
                // The name is used once, by this call: an earlier try of it arrived and its answer was lost.
            }

            Progress.Stored(segment.Info.CompressedSize);
            Metrics.Stored(_key.Backup, _settings.Segments.Codec.Name(), segment.Info.UncompressedSize, segment.Info.CompressedSize);
            var stored = segment.Info with { Key = key, UploadedAt = _clock.GetUtcNow().ToUnixTimeMilliseconds() };
            await HandOutAsync(entry with { Segment = stored }, readFrom, cancellation);
        }
    }

    private async Task HandOutAfterUploadAsync(LedgerEntry entry, string? readFrom, CancellationToken cancellation)
    {
        await _uploading;
        await _uncommitted.WaitAsync(cancellation);
        await HandOutAsync(entry, readFrom, cancellation);
    }

    /// <summary>Unless records were read by the topic's id, that is asked for after all of the entry was read, and before anybody can commit it.</summary>
    private async Task HandOutAsync(LedgerEntry entry, string? readFrom, CancellationToken cancellation)
    {
        if (TopicId is { } planned && readFrom != planned)
        {
            await _topics.VerifyAsync(_key.Partition, planned, cancellation);
        }

        _stored(entry);
    }

    /// <summary>All was stored that could be read, and handed out; but not as it is at the source.</summary>
    private BackupException HeaderNamesChanged(long offset) => new(FailureKind.Source,
        $"{_key.Partition} has header names that are not UTF-8, the first in the record at offset {offset}: the Kafka client cannot hand them over, and they were "
        + "stored with U+FFFD in place of what is no text. The records are backed up, with all else as it is at the source.");

    private LedgerEntry Entry(long @base, long next) => new() { Partition = _key.Partition, Range = new OffsetRange(@base, next) };
}
