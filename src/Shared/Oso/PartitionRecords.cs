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

    private readonly List<ManifestSegment> _left = [.. Wanted(segments, from)];
    private ImmutableList<string> _differences = []; // Read while it grows.
    private readonly HashSet<string> _changed = [];
    private long _next = long.MinValue;
    private long _openBytes;

    /// <summary>Whether the segments that come next are fetched while others are read: then the objects of two groups are in memory. Default: false.</summary>
    public bool ReadsAhead { get; init; }

    /// <summary>How many markers of transactions were left out so far: OSO's tool stores them as if they were records, this one never does.</summary>
    public long Markers { get; private set; }

    /// <summary>The offset of the first of them; null while there is none.</summary>
    public long? FirstMarker { get; private set; }

    /// <summary>In which way objects are not what the backup says of them, as far as has been read; records may be missing.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>The segments whose objects are in memory together, group by group, as far as the backup tells.</summary>
    public static IReadOnlyList<IReadOnlyList<ManifestSegment>> GroupsOf(IEnumerable<ManifestSegment> segments, long from = long.MinValue) => SegmentOverlaps.GroupsOf(Wanted(segments, from));

    /// <summary>Walks over them, once. The cursor stands at a record, and is valid until the next step; it is not to be moved.</summary>
    /// <exception cref="BackupException">A segment is missing or damaged: never is less returned without a word.</exception>
    public async IAsyncEnumerable<RecordCursor> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        Sort();
        await using var ahead = new SegmentsAhead(store, cancellation);
        while (_left.Count > 0)
        {
            var readers = new List<SegmentWalk>();
            try
            {
                var group = Group(0);
                foreach (var segment in group)
                {
                    readers.Add(new SegmentWalk(await OpenAsync(segment, ahead), segment.Key, Advice));
                    readers[^1].Move();
                }

                if (!AreAsTold(group, readers))
                {
                    continue;
                }

                if (ReadsAhead)
                {
                    ahead.Begin(Group(group.Count)); // What comes next is known only now that these are as they are told to be.
                }

                while (First(readers) is { } first)
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
                DroppedObjects.Add(_openBytes);
                _openBytes = 0;
            }
        }
    }

    /// <summary>Whose record is next; null when all are through.</summary>
    private static SegmentWalk? First(List<SegmentWalk> readers)
    {
        SegmentWalk? first = null;
        foreach (var reader in readers)
        {
            first = reader.IsAtRecord && (first is null || reader.Records.Offset < first.Records.Offset) ? reader : first;
        }

        return first;
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

    private static IEnumerable<ManifestSegment> Wanted(IEnumerable<ManifestSegment> segments, long from) =>
        segments.Where(segment => segment.EndOffset >= from || BackupKeys.EpochOf(segment.Key) is null);

    private List<ManifestSegment> Group(int first) => first < _left.Count ? _left.GetRange(first, SegmentOverlaps.CountFrom(_left, first)) : [];

    private void Sort() => _left.Sort(SegmentOverlaps.Compare);

    private async Task<SegmentRecords> OpenAsync(ManifestSegment segment, SegmentsAhead ahead)
    {
        var stored = await ahead.TakeAsync(segment.Key)
            ?? throw new StorageException(segment.Key, $"{segment.Key} is missing: offsets {segment.StartOffset} to {segment.EndOffset} of {partition} cannot be restored. {Advice}");
        _openBytes += stored.Content.Length;
        if (segment.Sha256 is { } told && !told.Equals(Convert.ToHexStringLower(SHA256.HashData(stored.Content.Span)), StringComparison.OrdinalIgnoreCase)
            && _changed.Add(segment.Key))
        {
            Prove(stored.Content, segment.Key);
            _differences = _differences.Add($"{segment.Key} is another object than the one that was stored: its SHA-256 differs.");
        }

        return SegmentRecords.Open(stored.Content, segment.Key);
    }

    /// <summary>Reads another object than was stored to its end before anything of it is handed out: one that is damaged may be brought back, and then nothing has come of it.</summary>
    /// <exception cref="StorageException">It is damaged.</exception>
    private static void Prove(ReadOnlyMemory<byte> content, string key)
    {
        using var records = SegmentRecords.Open(content, key);
        while (records.MoveNext())
        {
        }
    }
}
