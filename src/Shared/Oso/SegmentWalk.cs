using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>A segment and the record at which its reader stands.</summary>
internal sealed class SegmentWalk
{
    private readonly string _key;
    private readonly string _advice;
    private long _last = long.MinValue;

    /// <summary>Stands at the first record of <paramref name="records"/>, which its user disposes of.</summary>
    public SegmentWalk(SegmentRecords records, string key, string advice)
    {
        (Records, _key, _advice) = (records, key, advice);
        Move();
    }

    public SegmentRecords Records { get; }

    /// <summary>False behind the last one.</summary>
    public bool IsAtRecord { get; private set; }

    /// <summary>Goes to the next record.</summary>
    /// <exception cref="StorageException">The segment is damaged, or goes back.</exception>
    public void Move()
    {
        IsAtRecord = Records.MoveNext();
        if (IsAtRecord && Records.Offset < _last)
        {
            throw new StorageException(_key, $"{_key}: its records are not in order of offset: {Records.Offset} follows {_last}. {_advice}");
        }

        _last = IsAtRecord ? Records.Offset : _last;
    }
}
