using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>A segment and the record at which its reader stands: before the first move at none.</summary>
/// <param name="records">Its records, which this one's user disposes of.</param>
/// <param name="key">Its key.</param>
/// <param name="advice">What to do when it is damaged.</param>
internal sealed class SegmentWalk(SegmentRecords records, string key, string advice)
{
    /// <summary>Only what another program has named may hold markers.</summary>
    private readonly bool _mayHoldMarkers = BackupKeys.EpochOf(key) is null;

    private long _last = long.MinValue;

    public string Key => key;

    public SegmentRecords Records => records;

    /// <summary>False behind the last one.</summary>
    public bool IsAtRecord { get; private set; }

    /// <summary>Whether the record is taken for the marker of a transaction.</summary>
    public bool IsMarker => _mayHoldMarkers && TransactionMarker.Is(records);

    /// <summary>Whether a record had the offset of the one before it.</summary>
    public bool HasRepeats { get; private set; }

    /// <summary>Goes to the next record.</summary>
    /// <exception cref="StorageException">The segment is damaged, or goes back.</exception>
    public void Move()
    {
        IsAtRecord = records.MoveNext();
        if (IsAtRecord && records.Offset < _last)
        {
            throw new StorageException(key, $"{key}: its records are not in order of offset: {records.Offset} follows {_last}. {advice}");
        }

        HasRepeats |= IsAtRecord && records.Offset == _last;
        _last = IsAtRecord ? records.Offset : _last;
    }
}
