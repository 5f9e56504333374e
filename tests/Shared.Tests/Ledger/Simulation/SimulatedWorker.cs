using System.Buffers;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Tests.Ledger.Simulation;

/// <summary>A worker of one partition: asks what is uncovered, reads and stores some segments ahead, and has them committed one by one.</summary>
internal sealed class SimulatedWorker : SimulatedProcess
{
    private const int Patience = 60;

    private readonly SimulatedSource _source;
    private readonly SimulatedStore _store;
    private readonly long _start;
    private readonly Queue<LedgerEntry> _stored = [];
    private long _epoch;
    private int _uploads;

    public SimulatedWorker(World world, string name, SimulatedSource source)
        : base(world, name)
    {
        _source = source;
        _store = new SimulatedStore(world, this);
        _start = source.Start;
    }

    public PartitionId Partition => _source.Partition;

    /// <summary>Whether it works on a plan that was made when nothing was covered yet, and so may leave a hole.</summary>
    public bool HasOldPlan { get; init; }

    protected override async Task RunAsync()
    {
        while (true)
        {
            await PauseAsync();
            if (World.Writers is not { Count: > 0 } writers)
            {
                continue;
            }

            // Any of them may answer, a stale one too.
            var writer = writers[Random.Next(writers.Count)];
            var uncovered = writer.Uncovered(Partition, _start, _source.End, HasOldPlan);
            _epoch = writer.Epoch;
            if (uncovered.Count == 0)
            {
                return;
            }

            foreach (var range in uncovered)
            {
                if (!await TryWorkAsync(range))
                {
                    break;
                }
            }
        }
    }

    /// <summary>False when the worker has to ask again where to go on.</summary>
    private async Task<bool> TryWorkAsync(OffsetRange range)
    {
        _stored.Clear();
        var ahead = Random.Next(1, 4);
        var position = range.Base;
        while (position < range.Next || _stored.Count > 0)
        {
            if (position < range.Next && _stored.Count < ahead)
            {
                await PauseAsync();
                if (!_source.TryFetch(new OffsetRange(position, range.Next), Random.Next(1, 9), out var records, out var next))
                {
                    return await TryCommitStoredAsync() && await TryCommitGapAsync(new OffsetRange(position, Math.Min(_source.Start, range.Next)));
                }

                _stored.Enqueue(new LedgerEntry
                {
                    Partition = Partition,
                    Range = new OffsetRange(position, next),
                    Segment = records.Count == 0 ? null : World.Info(await UploadAsync(records), records),
                });
                position = next;
            }
            else if (!await TryCommitFirstAsync())
            {
                return false;
            }
        }

        return true;
    }

    private async Task<string> UploadAsync(IReadOnlyList<long> records)
    {
        var reused = World.Mutation == Mutation.SegmentNameReused;
        var key = BackupKeys.Segment(World.Backup, Partition, records[0], _epoch, reused ? "x" : $"{Name}.{++_uploads}", "");
        var content = new ReadOnlySequence<byte>(World.ToContent(records));
        try
        {
            await World.Retries.RunAsync(
                () => _store.PutAsync(key, content, reused ? PutCondition.Overwrite : PutCondition.CreateOnly, CancellationToken.None), CancellationToken.None);
        }
        catch (StorageConflictException)
        {
            // The answer to an earlier try of this call was lost.
        }

        if (World.Mutation == Mutation.JournaledBeforeCommit)
        {
            World.Judge.Journaled(this, new OffsetRange(records[0], records[^1] + 1));
        }

        return key;
    }

    private async Task<bool> TryCommitStoredAsync()
    {
        while (_stored.Count > 0)
        {
            if (!await TryCommitFirstAsync())
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> TryCommitGapAsync(OffsetRange gone)
    {
        _stored.Enqueue(new LedgerEntry { Partition = Partition, Range = gone, Gap = new Gap(Gap.OffsetOutOfRange, 5) });
        await TryCommitFirstAsync();
        return false; // What comes after the gap is asked for anew.
    }

    private async Task<bool> TryCommitFirstAsync()
    {
        var entry = _stored.Dequeue();
        var request = new CommitRequest(entry, _epoch);
        for (var sent = 0; sent < Patience; sent++)
        {
            if (World.Writers is { Count: > 0 } writers)
            {
                writers[Random.Next(writers.Count)].Receive(request);
            }

            for (var waited = Random.Next(1, 7); waited > 0 && request.Answer is null; waited--)
            {
                await PauseAsync();
            }

            if (request.Answer is { } answer)
            {
                if (answer.Verdict == CommitVerdict.Rejected)
                {
                    return false;
                }

                _epoch = answer.Epoch;
                World.Judge.Journaled(this, entry.Range);
                return true;
            }
        }

        return false;
    }
}
