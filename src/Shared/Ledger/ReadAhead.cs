using System.Collections.Concurrent;

namespace KafkaBackup.Shared.Ledger;

/// <summary>A list that is gone through by another thread, a little ahead of who reads it: parsing the ledger takes as long as all that is done with it.</summary>
internal static class ReadAhead
{
    private const int InBatch = 1_024;
    private const int Batches = 4;

    /// <summary>The same items in the same order, up to some before a failure, which comes in their place.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> items)
    {
        using var stop = new CancellationTokenSource();
        using var batches = new BlockingCollection<T[]>(Batches);
        var reading = Task.Factory.StartNew(() => Read(items, batches, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default); // Of the pool it would take a thread that others wait for.
        try
        {
            foreach (var batch in batches.GetConsumingEnumerable(CancellationToken.None))
            {
                foreach (var item in batch)
                {
                    yield return item;
                }
            }

            reading.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)reading).AsyncWaitHandle.WaitOne(); // It may be at the collection still.
        }
    }

    private static void Read<T>(IEnumerable<T> items, BlockingCollection<T[]> batches, CancellationToken stop)
    {
        try
        {
            foreach (var batch in items.Chunk(InBatch))
            {
                batches.Add(batch, stop);
            }
        }
        finally
        {
            batches.CompleteAdding();
        }
    }
}
