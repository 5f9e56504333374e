using System.Buffers;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;

namespace KafkaBackup.Simulation.Tests;

/// <summary>Reads and stores ranges as the product's pipeline does, with a few segments ahead of what is committed.</summary>
internal sealed class SimulatedPipeline(World world, SimulatedWorker worker, SimulatedSource source, IObjectStore store, StartPipeline start)
{
    private readonly int _mostAhead = world.Random.Next(1, 4);
    private long _epoch = start.Epoch;
    private int _ahead;
    private bool _isCancelled;

    public void Cancel() => _isCancelled = true;

    public void Committed(long epoch) => (_epoch, _ahead) = (epoch, _ahead - 1);

    public async Task RunAsync()
    {
        PipelineEnded end;
        try
        {
            end = new PipelineEnded(start.Token, null, null, await ReadAsync());
        }
        catch (StorageException e)
        {
            end = new PipelineEnded(start.Token, null, new Fault(FailureKind.Storage, e.Message, IsRetryable: true), IsTrimmed: false);
        }

        worker.Receive(end, null);
    }

    /// <summary>Whether offsets were gone before they were read.</summary>
    private async Task<bool> ReadAsync()
    {
        foreach (var range in start.Ranges)
        {
            for (var position = range.Base; position < range.Next;)
            {
                await worker.YieldAsync();
                if (_isCancelled)
                {
                    return false;
                }

                if (_ahead >= _mostAhead)
                {
                    continue;
                }

                if (!source.TryFetch(new OffsetRange(position, range.Next), world.Random.Next(1, 9), out var records, out var next))
                {
                    return true;
                }

                var segment = records.Count == 0 ? null : World.Info(await UploadAsync(records), records);
                _ahead++;
                worker.Receive(
                    new EntryStored(start.Token, new LedgerEntry { Partition = source.Partition, Range = new OffsetRange(position, next), Segment = segment }), null);
                position = next;
            }
        }

        return false;
    }

    private async Task<string> UploadAsync(IReadOnlyList<long> records)
    {
        var reused = world.Mutation == Mutation.SegmentNameReused;
        var key = BackupKeys.Segment(World.Backup, source.Partition, records[0], _epoch, reused ? "x" : world.NewName("segment"), "");
        var content = new ReadOnlySequence<byte>(World.ToContent(records));
        try
        {
            await store.PutAsync(key, content, reused ? PutCondition.Overwrite : PutCondition.CreateOnly, CancellationToken.None);
        }
        catch (StorageConflictException)
        {
            // The answer to an earlier try of this call was lost.
        }

        return key;
    }
}
