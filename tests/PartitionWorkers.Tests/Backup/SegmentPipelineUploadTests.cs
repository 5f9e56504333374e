using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>How a pipeline and its store get along: order, overlap, failure and cancellation.</summary>
public sealed class SegmentPipelineUploadTests
{
    [Fact]
    public async Task It_pauses_while_too_many_entries_are_not_committed()
    {
        var bench = new PipelineBench { CommitsAtOnce = false };
        bench.Log.Append(50);

        var run = bench.RunAsync(Range(0, 50));
        Assert.Equal(Range(0, 10), (await bench.NextAsync()).Range);
        Assert.Equal(Range(10, 20), (await bench.NextAsync()).Range);
        Assert.True(await Eventually.StaysAsync(() => bench.Puts.Count() == 2 && !bench.HasNext()));

        bench.Commit();
        Assert.Equal(Range(20, 30), (await bench.NextAsync()).Range);
        Assert.True(await Eventually.StaysAsync(() => bench.Puts.Count() == 3 && !run.IsCompleted));

        bench.Commit();
        bench.Commit();
        await run;
    }

    [Fact]
    public async Task An_entry_without_segment_waits_for_its_turn_as_well()
    {
        var bench = new PipelineBench { CommitsAtOnce = false };
        bench.Settings = bench.Settings with { MaxUncommitted = 1 };
        bench.Log.Append(10).Skip(5);

        var run = bench.RunAsync(Range(0, 15));
        await bench.NextAsync();
        Assert.True(await Eventually.StaysAsync(() => !bench.HasNext()));

        bench.Commit();
        Assert.Equal(Range(10, 15), (await bench.NextAsync()).Range);
        await run;
    }

    [Fact]
    public async Task An_entry_without_segment_waits_until_the_upload_before_it_is_through()
    {
        var bench = new PipelineBench();
        var gate = HoldFirstPut(bench);
        bench.Log.Append(10).Skip(5);

        var run = bench.RunAsync(Range(0, 15));
        await Eventually.IsTrueAsync(() => bench.Puts.Any() && bench.Log.ReadTo == 15);
        Assert.True(await Eventually.StaysAsync(() => !bench.HasNext()));

        gate.SetResult();
        await run;
        Assert.Equal([Range(0, 10), Range(10, 15)], bench.TakeAll().Select(entry => entry.Range));
    }

    [Fact]
    public async Task A_segment_is_named_with_the_newest_epoch_told()
    {
        var bench = new PipelineBench { CommitsAtOnce = false };
        bench.Settings = bench.Settings with { MaxUncommitted = 1 };
        bench.Log.Append(20);

        var run = bench.RunAsync(Range(0, 20));
        var first = await bench.NextAsync();
        bench.Commit(epoch: 7);
        var second = await bench.NextAsync();
        await run;

        Assert.Equal(4, BackupKeys.EpochOf(first.Segment!.Key));
        Assert.Equal(7, BackupKeys.EpochOf(second.Segment!.Key));
    }

    [Fact]
    public async Task The_next_segment_fills_while_the_last_one_is_uploaded()
    {
        var bench = new PipelineBench();
        var gate = HoldFirstPut(bench);
        bench.Log.Append(30);

        var run = bench.RunAsync(Range(0, 30));
        await Eventually.IsTrueAsync(() => bench.Log.ReadTo == 20);
        Assert.Single(bench.Puts);
        Assert.False(bench.HasNext());

        gate.SetResult();
        await run;
        Assert.Equal(3, bench.TakeAll().Count);
    }

    [Fact]
    public async Task No_more_than_two_segments_are_in_memory()
    {
        var bench = new PipelineBench();
        var gate = HoldFirstPut(bench);
        bench.Log.Append(50);

        var run = bench.RunAsync(Range(0, 50));
        await Eventually.IsTrueAsync(() => bench.Log.ReadTo == 20);
        Assert.True(await Eventually.StaysAsync(() => bench.Log.ReadTo == 20));

        gate.SetResult();
        await run;
    }

    [Fact]
    public async Task Nothing_is_read_during_an_upload_where_memory_is_for_one_segment_only()
    {
        var bench = new PipelineBench();
        bench.Settings = bench.Settings with { OverlapsUpload = false };
        var gate = HoldFirstPut(bench);
        bench.Log.Append(30);

        var run = bench.RunAsync(Range(0, 30));
        await Eventually.IsTrueAsync(() => bench.Puts.Any());
        Assert.True(await Eventually.StaysAsync(() => bench.Log.ReadTo == 10));

        gate.SetResult();
        await run;
        Assert.Equal(3, bench.TakeAll().Count);
    }

    [Fact]
    public async Task A_failure_that_passes_is_tried_again_under_the_same_name()
    {
        var bench = new PipelineBench();
        bench.Store.Decide = call => call.Nth < 3 ? StoreFault.FailBefore() : null;
        bench.Log.Append(10);

        await bench.RunAsync(Range(0, 10));

        Assert.Single(bench.TakeAll());
        Assert.Equal(3, bench.Puts.Count());
        Assert.Single(bench.Puts.Select(put => put.Key).Distinct());
        Assert.All(bench.Puts, put => Assert.Equal(PutCondition.CreateOnly, put.Condition));
    }

    [Fact]
    public async Task A_failure_that_stays_ends_the_run_and_nothing_of_that_segment_is_handed_out()
    {
        var bench = new PipelineBench();
        bench.Store.Decide = call => bench.Puts.Select(put => put.Key).Distinct().Count() > 1 ? StoreFault.FailBefore() : null;
        bench.Log.Append(40);

        await Assert.ThrowsAsync<StorageException>(() => bench.RunAsync(Range(0, 40)));

        Assert.Equal([Range(0, 10)], bench.TakeAll().Select(entry => entry.Range));
        Assert.Equal(2, bench.Puts.Select(put => put.Key).Distinct().Count());
        Assert.True(bench.Puts.Count() > 3);
        Assert.Equal(0, bench.Log.OpenStreams);
    }

    [Fact]
    public async Task A_failure_that_cannot_pass_is_not_tried_again()
    {
        var bench = new PipelineBench();
        bench.Store.Decide = _ => StoreFault.FailBefore(retryable: false);
        bench.Log.Append(10);

        await Assert.ThrowsAsync<StorageException>(() => bench.RunAsync(Range(0, 10)));

        Assert.Single(bench.Puts);
    }

    [Fact]
    public async Task A_conflict_on_its_own_name_means_that_an_earlier_try_arrived()
    {
        var bench = new PipelineBench();
        bench.Store.Decide = call => call.Nth == 1 ? StoreFault.FailAfter() : null;
        bench.Log.Append(10);

        await bench.RunAsync(Range(0, 10));

        var entry = Assert.Single(bench.TakeAll());
        Assert.Equal(10, (await bench.StoredOffsetsAsync(entry)).Count);
    }

    [Fact]
    public async Task What_was_read_before_the_source_failed_is_handed_out()
    {
        var bench = new PipelineBench();
        bench.Log.Append(25).FailAt(20, new BackupException(FailureKind.Source, "The broker is away."));
        bench.Settings = bench.Settings with { Segments = bench.Settings.Segments with { MaxRecords = 15 } };

        var failure = await Assert.ThrowsAsync<BackupException>(() => bench.RunAsync(Range(0, 25)));

        Assert.Equal("The broker is away.", failure.Message);
        Assert.Equal([Range(0, 15), Range(15, 20)], bench.TakeAll().Select(entry => entry.Range));
        Assert.Equal(0, bench.Log.OpenStreams);
    }

    [Fact]
    public async Task Cancellation_drops_the_segment_in_hand_and_waits_for_the_upload_in_flight()
    {
        var bench = new PipelineBench { IsPatient = false };
        var deaf = new DeafStore(bench.Memory);
        bench.Store = new FaultyObjectStore(deaf);
        bench.Log.Append(40).BatchSize = 5;
        _ = bench.Log.HoldAt(15);
        using var cancel = new CancellationTokenSource();

        var run = bench.RunAsync(cancel.Token, Range(0, 40));
        await Eventually.IsTrueAsync(() => bench.Log.IsHeld);
        await cancel.CancelAsync();
        Assert.True(await Eventually.StaysAsync(() => !run.IsCompleted));

        deaf.Gate.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal([Range(0, 10)], bench.TakeAll().Select(entry => entry.Range));
        Assert.Single(bench.Puts);
        Assert.Equal(0, bench.Log.OpenStreams);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_for_a_commit()
    {
        var bench = new PipelineBench { CommitsAtOnce = false };
        bench.Log.Append(40);
        using var cancel = new CancellationTokenSource();

        var run = bench.RunAsync(cancel.Token, Range(0, 40));
        await bench.NextAsync();
        await bench.NextAsync();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(2, bench.Puts.Count());
    }

    private static TaskCompletionSource HoldFirstPut(PipelineBench bench)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Store.Decide = _ => bench.Puts.Count() == 1 ? StoreFault.Delay(gate) : null;
        return gate;
    }

    private static OffsetRange Range(long @base, long next) => new(@base, next);
}
