using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Watches the pool of the whole process";
}

/// <summary>Every buffer of a segment's size that a pipeline rents goes back to the pool, however its run ends.</summary>
[Collection(AloneCollection.Name)]
public sealed class SegmentPipelineMemoryTests
{
    private static readonly OffsetRange All = new(0, 40);

    [Fact]
    public async Task When_all_is_read() => await LeavesNothingAsync(bench => bench.RunAsync(All));

    [Fact]
    public async Task When_it_outgrows_its_permit() => await LeavesNothingAsync(bench =>
    {
        bench.Settings = bench.Settings with { MostBytes = 100 };
        return Assert.ThrowsAsync<OutgrownException>(() => bench.RunAsync(All));
    });

    [Fact]
    public async Task When_the_source_fails() => await LeavesNothingAsync(bench =>
    {
        bench.Log.FailAt(25, new BackupException(FailureKind.Source, "The broker is away."));
        return Assert.ThrowsAsync<BackupException>(() => bench.RunAsync(All));
    });

    [Fact]
    public async Task When_the_rest_is_gone() => await LeavesNothingAsync(bench =>
    {
        bench.Log.FailAt(25, new OffsetsGoneException(PipelineBench.Key.Partition, 25));
        return Assert.ThrowsAsync<OffsetsGoneException>(() => bench.RunAsync(All));
    });

    [Fact]
    public async Task When_an_upload_fails() => await LeavesNothingAsync(bench =>
    {
        bench.Store.Decide = call => bench.Puts.Count() > 1 ? StoreFault.FailBefore(retryable: false) : null;
        return Assert.ThrowsAnyAsync<BackupException>(() => bench.RunAsync(All));
    });

    [Fact]
    public async Task When_cancelled_while_a_segment_waits_for_a_commit() => await LeavesNothingAsync(async bench =>
    {
        using var cancel = new CancellationTokenSource();
        var run = bench.RunAsync(cancel.Token, All);
        await bench.NextAsync();
        await bench.NextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }, commitsAtOnce: false);

    [Fact]
    public async Task When_cancelled_during_an_upload() => await LeavesNothingAsync(async bench =>
    {
        using var cancel = new CancellationTokenSource();
        bench.Store.Decide = _ => StoreFault.Delay(new TaskCompletionSource());
        var run = bench.RunAsync(cancel.Token, All);
        await Eventually.IsTrueAsync(() => bench.Log.ReadTo == 20);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    });

    private static async Task LeavesNothingAsync(Func<PipelineBench, Task> run, bool commitsAtOnce = true)
    {
        var bench = new PipelineBench { CommitsAtOnce = commitsAtOnce };
        bench.Log.Append(40);
        using var pool = new PoolWatch();

        await run(bench);

        Assert.True(pool.Rented > 1, "The watch sees nothing.");
        Assert.Empty(pool.Outstanding);
    }

    /// <summary>Listens to the shared pool for buffers of a megabyte.</summary>
    private sealed class PoolWatch : EventListener
    {
        private const int Interesting = 1 << 20;
        private readonly ConcurrentDictionary<int, bool> _outstanding = [];
        private int _rented;

        public int Rented => _rented;

        public ICollection<int> Outstanding => _outstanding.Keys;

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            {
                EnableEvents(eventSource, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.Payload is not [int buffer, int size, ..] || size != Interesting)
            {
                return;
            }

            if (eventData.EventName == "BufferRented")
            {
                Interlocked.Increment(ref _rented);
                _outstanding[buffer] = true;
            }
            else if (eventData.EventName == "BufferReturned")
            {
                _outstanding.TryRemove(buffer, out _);
            }
        }
    }
}
