using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Puts records into batches, one after the other. Batches that have arrived are filled again. Not for several threads at once.</summary>
/// <param name="codec">Compresses the batches.</param>
/// <param name="mostBytes">The most bytes of a batch before it is compressed, about; a larger record has one of its own.</param>
internal sealed class FilledBatches(BatchCodec codec, int mostBytes)
{
    /// <summary>About what a record takes in a batch beside what is in it.</summary>
    private const int RecordFrame = 16;

    /// <summary>What a header takes beside its name and value.</summary>
    private const int HeaderFrame = 2;

    private readonly Queue<FilledBatch> _full = [];
    private readonly Stack<FilledBatch> _spare = [];
    private FilledBatch? _filling;
    private long _fillingBytes;

    /// <summary>Whether there is no record.</summary>
    public bool IsEmpty => _filling is null && _full.Count == 0;

    /// <summary>Whether there is a batch that takes no more.</summary>
    public bool HasFull => _full.Count > 0;

    /// <summary>Writes down the record that a cursor is at.</summary>
    /// <param name="record">The cursor.</param>
    /// <param name="size">Its <see cref="RecordCursor.Size"/>.</param>
    public void Add(RecordCursor record, long size)
    {
        var takes = size + RecordFrame + (HeaderFrame * record.HeaderCount);
        if (_filling is not null && _fillingBytes + takes > mostBytes)
        {
            _full.Enqueue(_filling);
            _filling = null;
        }

        if (_filling is null)
        {
            _filling = _spare.TryPop(out var spare) ? spare : new FilledBatch();
            _filling.Begin(codec);
            _fillingBytes = 0;
        }

        _filling.Add(record, size);
        _fillingBytes += takes;
    }

    /// <summary>The next batch, full or not; null when there is no record.</summary>
    public FilledBatch? Take()
    {
        if (_full.TryDequeue(out var next))
        {
            return next;
        }

        (next, _filling) = (_filling, null);
        return next;
    }

    /// <summary>Takes back a batch that nobody needs any more.</summary>
    public void Return(FilledBatch batch) => _spare.Push(batch);

    /// <summary>Lets go of the memory of batches that were taken back.</summary>
    public void Shrink()
    {
        while (_spare.TryPop(out var spare))
        {
            spare.Dispose();
        }
    }
}
