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
    private readonly RecordBatchOptions _options = new() { Codec = codec };
    private FilledBatch? _filling;

    /// <summary>Whether there is no record.</summary>
    public bool IsEmpty => _filling is null && _full.Count == 0;

    /// <summary>Whether there is a batch that takes no more.</summary>
    public bool HasFull => _full.Count > 0;

    /// <summary>How many batches there are: full ones, the one that is filled, and those that were taken and not returned.</summary>
    public int Count { get; private set; }

    /// <summary>Writes down the record that a cursor is at.</summary>
    /// <param name="record">The cursor.</param>
    /// <param name="size">Its <see cref="RecordCursor.Size"/>.</param>
    public void Add(RecordCursor record, long size)
    {
        if (_filling is not null && _filling.PlainBytes + size + RecordFrame + (HeaderFrame * record.HeaderCount) > mostBytes)
        {
            _full.Enqueue(_filling);
            _filling = null;
        }

        var filling = _filling;
        if (filling is null)
        {
            filling = _spare.TryPop(out var spare) ? spare : new FilledBatch();
            filling.Begin(_options);
            Count++;
        }

        filling.Add(record, size);
        _filling = filling; // It is never one without records.
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
    public void Return(FilledBatch batch)
    {
        Count--;
        _spare.Push(batch);
    }

    /// <summary>Lets go of the memory of batches that were taken back.</summary>
    public void Shrink()
    {
        while (_spare.TryPop(out var spare))
        {
            spare.Dispose();
        }
    }

    /// <summary>Forgets all records, and lets go of their memory.</summary>
    public void Clear()
    {
        while (Take() is { } batch)
        {
            Return(batch);
        }

        Shrink();
    }
}
