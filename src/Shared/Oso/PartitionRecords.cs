using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>All records that a backup holds of one partition, each offset once, in order, however its segments overlap.</summary>
/// <remarks>Segments that overlap are read side by side. OSO's tool may have written another object over one that its manifest describes: then what the
/// object says of itself counts, and the difference is told.</remarks>
/// <param name="store">Where the backup lives.</param>
/// <param name="partition">The partition, for messages.</param>
/// <param name="segments">Its segments, as the backup names them, in any order.</param>
/// <param name="from">The first offset that is wanted. Segments of our own that end before it are not read; of others' nothing but reading tells what they hold.</param>
public sealed class PartitionRecords(IObjectStore store, PartitionId partition, IEnumerable<ManifestSegment> segments, long from = long.MinValue)
{
    private const string Advice = "'kafka-backup validate --deep' tells what else is wrong.";

    private readonly List<ManifestSegment> _left = [.. segments.Where(segment => segment.EndOffset >= from || BackupKeys.EpochOf(segment.Key) is null)];
    private ImmutableList<string> _differences = []; // Read while it grows.
    private readonly HashSet<string> _changed = [];
    private long _next = long.MinValue;

    /// <summary>How many markers of transactions were left out so far: OSO's tool stores them as if they were records, this one never does.</summary>
    public long Markers { get; private set; }

    /// <summary>The offset of the first of them; null while there is none.</summary>
    public long? FirstMarker { get; private set; }

    /// <summary>In which way objects are not what the backup says of them, as far as has been read; records may be missing.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Walks over them, once. The cursor stands at a record, and is valid until the next step; it is not to be moved.</summary>
    /// <exception cref="BackupException">A segment is missing or damaged: never is less returned without a word.</exception>
    public async IAsyncEnumerable<RecordCursor> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        Sort();
        while (_left.Count > 0)
        {
            var readers = new List<SegmentWalk>();
            try
            {
                var group = _left[..SegmentOverlaps.CountFrom(_left, 0)];
                foreach (var segment in group)
                {
                    readers.Add(new SegmentWalk(await OpenAsync(segment, cancellation), segment.Key, Advice));
                    readers[^1].Move();
                }

                if (!AreAsTold(group, readers))
                {
                    continue;
                }

                while (readers.Where(reader => reader.IsAtRecord).MinBy(reader => reader.Records.Offset) is { } first)
                {
                    var isNew = first.Records.Offset >= _next;
                    _next = isNew ? first.Records.Offset + 1 : _next;
                    if (isNew && first.IsMarker)
                    {
                        Markers++;
                        FirstMarker ??= first.Records.Offset;
                    }
                    else if (isNew && first.Records.Offset >= from)
                    {
                        yield return first.Records;
                    }

                    first.Move();
                }

                _differences = _differences.AddRange(readers.Where(reader => reader.HasRepeats).Select(reader => $"{reader.Key} holds several records of one offset; the first of them counts."));
                _left.RemoveRange(0, group.Count);
            }
            finally
            {
                readers.ForEach(reader => reader.Records.Dispose());
            }
        }
    }

    /// <summary>Puts what objects say of themselves in the place of what the backup says of them.</summary>
    private bool AreAsTold(List<ManifestSegment> group, List<SegmentWalk> readers)
    {
        var areAsTold = true;
        foreach (var (told, found) in group.Zip(readers, (told, reader) => (told, reader.Records)))
        {
            if (told.RecordCount == found.RecordCount && told.StartOffset == found.StartOffset && told.EndOffset == found.EndOffset)
            {
                continue;
            }

            if (found.RecordCount > 0 && found.StartOffset < _next && found.StartOffset < told.StartOffset)
            {
                throw new StorageException(told.Key, $"{told.Key} is not what the backup says of it: it begins with offset {found.StartOffset}, which would come behind {_next - 1}. {Advice}");
            }

            areAsTold = false;
            _differences = _differences.Add($"{told.Key} has {found.RecordCount} records, offsets {found.StartOffset} to {found.EndOffset}, where the backup tells of "
                + $"{told.RecordCount}, {told.StartOffset} to {told.EndOffset}.");
            _left.Remove(told);
            if (found.RecordCount > 0)
            {
                _left.Add(told with { RecordCount = found.RecordCount, StartOffset = found.StartOffset, EndOffset = found.EndOffset });
            }
        }

        if (!areAsTold)
        {
            Sort();
        }

        return areAsTold;
    }

    private void Sort() => _left.Sort(SegmentOverlaps.Compare);

    private async Task<SegmentRecords> OpenAsync(ManifestSegment segment, CancellationToken cancellation)
    {
        var stored = await store.GetAsync(segment.Key, cancellation)
            ?? throw new StorageException(segment.Key, $"{segment.Key} is missing: offsets {segment.StartOffset} to {segment.EndOffset} of {partition} cannot be restored. {Advice}");
        if (segment.Sha256 is { } told && !told.Equals(Convert.ToHexStringLower(SHA256.HashData(stored.Content.Span)), StringComparison.OrdinalIgnoreCase)
            && _changed.Add(segment.Key))
        {
            _differences = _differences.Add($"{segment.Key} is another object than the one that was stored: its SHA-256 differs.");
        }

        return SegmentRecords.Open(stored.Content, segment.Key);
    }
}
