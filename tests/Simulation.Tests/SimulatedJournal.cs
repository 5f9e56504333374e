using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Simulation.Tests;

/// <summary>The journal of one partition's workers. What is written becomes durable later, in order, or never when its writer dies before.</summary>
internal sealed class SimulatedJournal(World world, PartitionId partition)
{
    private readonly Queue<IWireMessage> _waiting = [];
    private bool _isWriting;

    public IReadOnlyList<SegmentUploaded> Read()
    {
        var events = new UploadJournal(partition);
        world.JournalOf(partition).ForEach(events.Apply);
        return [.. events.Uploaded];
    }

    /// <summary>Writes an event behind the one before.</summary>
    /// <param name="journaled">The event.</param>
    /// <param name="pause">Lets others go first; never ends for a writer that was crashed.</param>
    public async Task WriteAsync(IWireMessage journaled, Func<Task> pause)
    {
        _waiting.Enqueue(journaled);
        if (_isWriting)
        {
            return;
        }

        _isWriting = true;
        while (_waiting.Count > 0)
        {
            await pause();
            world.JournalOf(partition).Add(_waiting.Dequeue());
        }

        _isWriting = false;
    }
}
