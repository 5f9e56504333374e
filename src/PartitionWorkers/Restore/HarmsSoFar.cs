using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Tells what the rules said of all records up to the last one that the target has, so that an attempt that goes on behind it counts each once.</summary>
/// <param name="order">The partition. Those of a topic that is repartitioned read, and count, all of it in each attempt.</param>
internal sealed class HarmsSoFar(RestorePartition order)
{
    /// <summary>However much is on its way: what is acknowledged is forgotten from time to time, whoever asks.</summary>
    private const int MostWaiting = 1_024;

    private readonly Lock _gate = new();
    private readonly Queue<(long SourceOffset, RecordHarms Harms)> _waiting = [];
    private readonly RecordHarms _before = order.Share is null ? order.Noted?.Harms ?? default : default;
    private RecordHarms _passed;
    private RecordHarms _arrived;
    private long _arrivedTo = long.MinValue;
    private int _mostWaiting = MostWaiting;

    /// <summary>All that was read is taken in.</summary>
    /// <param name="harms">What the feed says.</param>
    public RecordHarms All(RecordHarms harms) => _before + harms;

    /// <summary>Takes in a record that the target has already.</summary>
    /// <param name="harms">What the feed says of it and of all before it.</param>
    public void PassThere(RecordHarms harms)
    {
        lock (_gate)
        {
            _passed = _arrived = harms;
        }
    }

    /// <summary>Takes in a record that goes to the target.</summary>
    /// <param name="sourceOffset">Its offset at the source.</param>
    /// <param name="harms">What the feed says of it and of all before it.</param>
    /// <param name="writer">Who takes it.</param>
    public void Pass(long sourceOffset, RecordHarms harms, IRecordWriter writer)
    {
        if (harms == _passed || order.Share is not null || !writer.TellsWritten)
        {
            return;
        }

        int waiting;
        lock (_gate)
        {
            _passed = harms;
            _waiting.Enqueue((sourceOffset, harms));
            waiting = _waiting.Count;
        }

        if (waiting >= _mostWaiting && writer.Written is { } written)
        {
            UpTo(written);
            _mostWaiting = _waiting.Count + MostWaiting;
        }
    }

    /// <summary>What they say of all up to a record, and up to which: another thread may be ahead. From any thread.</summary>
    /// <param name="written">How far the target is.</param>
    /// <returns>Null when more was told of before: ask how far the target is by now.</returns>
    public RecordHarms? UpTo(WrittenTo written)
    {
        lock (_gate)
        {
            if (written.SourceOffset < _arrivedTo)
            {
                return null;
            }

            _arrivedTo = written.SourceOffset;
            while (_waiting.TryPeek(out var next) && next.SourceOffset <= written.SourceOffset)
            {
                _arrived = _waiting.Dequeue().Harms;
            }

            if (_waiting.Count == 0)
            {
                _waiting.TrimExcess(); // Who is through is asked for long, and needs no room any more.
            }

            return _before + _arrived;
        }
    }
}
