using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class LedgerWriterTests
{
    private static readonly string HeadKey = BackupKeys.Head(Backup);
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task What_was_committed_is_read_by_another_writer()
    {
        await _samples.InOfficeAsync("first", Entry(0, 10), Gap(10, 20));

        var second = await _samples.LoadedAsync("second");

        Assert.Equal([Entry(0, 10), Gap(10, 20)], (await second.ReadWholeAsync(CancellationToken.None)).Entries);
        Assert.Equal((1, "first", false), (second.Ledger.Head.Epoch, second.Ledger.Head.Writer, second.IsCurrentWriter));
    }

    [Fact]
    public async Task The_first_of_two_writers_is_fenced_at_its_next_commit()
    {
        var first = await _samples.InOfficeAsync("first", Entry(0, 10));
        await _samples.InOfficeAsync("second", Entry(10, 20));

        var failure = await Assert.ThrowsAsync<FencedException>(() => first.CommitAsync([Entry(10, 30)], CancellationToken.None));

        Assert.Equal(("second", 2), (failure.Successor, failure.Epoch));
        Assert.Contains("(second, epoch 2) took over backup 'b'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task A_writer_that_is_overtaken_while_it_claims_loads_and_claims_again()
    {
        var store = new InterferingStore(_samples.Objects);
        var slow = await _samples.LoadedAsync("slow", store);
        store.BeforePut = async _ =>
        {
            store.BeforePut = _ => Task.CompletedTask;
            await _samples.InOfficeAsync("quick", Entry(0, 10));
        };

        await slow.ClaimAsync(CancellationToken.None);

        Assert.Equal((2, "slow"), (slow.Ledger.Head.Epoch, slow.Ledger.Head.Writer));
        Assert.Equal(["t:0 [0, 10)"], Ranges(await slow.ReadWholeAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task A_swap_whose_answer_was_lost_counts_as_made()
    {
        var store = new InterferingStore(_samples.Objects);
        var writer = await _samples.LoadedAsync("w", store);
        await writer.ClaimAsync(CancellationToken.None);
        store.AfterPut = _ =>
        {
            store.AfterPut = _ => Task.CompletedTask;
            throw InterferingStore.Unavailable();
        };

        await writer.CommitAsync([Entry(0, 10)], CancellationToken.None);
        await writer.CommitAsync([Entry(10, 20)], CancellationToken.None);

        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)"], Ranges((await _samples.ReadAsync())!));
        Assert.Equal(3, (await _samples.ReadAsync())!.Head.Seq);
    }

    [Fact]
    public async Task A_lost_answer_and_a_successor_before_the_next_try_fence_the_writer()
    {
        var store = new InterferingStore(_samples.Objects);
        var writer = await _samples.LoadedAsync("w", store);
        await writer.ClaimAsync(CancellationToken.None);
        store.AfterPut = async _ =>
        {
            store.AfterPut = _ => Task.CompletedTask;
            await (await _samples.LoadedAsync("successor")).ClaimAsync(CancellationToken.None);
            throw InterferingStore.Unavailable();
        };

        await Assert.ThrowsAsync<FencedException>(() => writer.CommitAsync([Entry(0, 10)], CancellationToken.None));

        Assert.Equal(["t:0 [0, 10)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task A_store_that_stays_away_fails_the_commit()
    {
        var store = new InterferingStore(_samples.Objects);
        var writer = await _samples.LoadedAsync("w", store);
        await writer.ClaimAsync(CancellationToken.None);
        store.Changes.Clear();
        store.BeforePut = _ => throw InterferingStore.Unavailable();

        await Assert.ThrowsAsync<StorageException>(() => writer.CommitAsync([Entry(0, 10)], CancellationToken.None));

        Assert.InRange(store.Changes.Count, 10, 40); // A minute of tries: the ledger was loaded, and the store never called by a run.
    }

    [Fact]
    public async Task A_tail_that_has_grown_too_long_goes_into_a_part()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 500);
        await writer.ClaimAsync(CancellationToken.None);

        for (var i = 0; i < 7; i++)
        {
            await writer.CommitAsync([Entry(i * 10, (i * 10) + 10)], CancellationToken.None);
        }

        var read = (await _samples.ReadAsync())!;
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"t:0 [{i * 10}, {(i * 10) + 10})"), Ranges(read));
        Assert.InRange(read.Head.Parts.Count, 1, 3);
        Assert.Equal(7, read.Head.EntryCount);
        Assert.Equal(read.Head.Parts.Select(part => part.Key), _samples.Keys(BackupKeys.PartsPrefix(Backup)));
    }

    [Fact]
    public async Task A_part_that_a_successor_swept_between_two_tries_means_that_the_writer_is_fenced()
    {
        var store = new InterferingStore(_samples.Objects);
        var writer = await _samples.LoadedAsync("w", store, maxTailBytes: 1);
        await writer.ClaimAsync(CancellationToken.None);
        store.AfterPut = _ =>
        {
            store.AfterPut = _ => Task.CompletedTask;
            throw InterferingStore.Unavailable();
        };
        store.BeforeGet = async _ =>
        {
            store.BeforeGet = _ => Task.CompletedTask;
            await LedgerSweeper.SweepAsync(_samples.Objects, await _samples.InOfficeAsync("successor"), CancellationToken.None);
        };

        var failure = await Assert.ThrowsAsync<FencedException>(() => writer.CommitAsync([Entry(0, 10)], CancellationToken.None));

        Assert.Equal("successor", failure.Successor);
    }

    [Fact]
    public async Task A_run_that_finds_nothing_new_writes_nothing()
    {
        var first = await _samples.InOfficeAsync("first", Entry(0, 10));
        await first.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);
        var store = new InterferingStore(_samples.Objects);
        var second = await _samples.LoadedAsync("second", store);

        await second.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);
        await second.CommitAsync([], CancellationToken.None);
        await second.CompactAsync(CancellationToken.None);

        Assert.Empty(store.Changes);
        Assert.False(second.IsCurrentWriter);
    }

    [Fact]
    public async Task A_new_topic_or_partition_count_is_remembered_beside_the_others()
    {
        var writer = await _samples.LoadedAsync("w");
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id"), new TopicFacts("u", 1)], CancellationToken.None);

        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 5, "id")], CancellationToken.None);

        var read = (await _samples.ReadAsync())!;
        Assert.Equal("cluster", read.Head.SourceClusterId);
        Assert.Equal([new TopicFacts("t", 5, "id"), new TopicFacts("u", 1)], read.Topics.Values.OrderBy(topic => topic.Name));
    }

    [Fact]
    public async Task A_source_without_ids_is_remembered_and_its_ids_once_it_tells_them_and_kept_when_it_tells_none_again()
    {
        var writer = await _samples.LoadedAsync("w");
        await writer.RecordSourceAsync(null, [new TopicFacts("t", 1)], CancellationToken.None);
        Assert.Null((await _samples.ReadAsync())!.Head.SourceClusterId);

        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);
        await writer.RecordSourceAsync(null, [new TopicFacts("t", 2)], CancellationToken.None);

        var read = (await _samples.ReadAsync())!;
        Assert.Equal("cluster", read.Head.SourceClusterId);
        Assert.Equal([new TopicFacts("t", 2, "id")], read.Topics.Values);
    }

    [Fact]
    public async Task Settings_are_remembered_as_they_were_told_last_and_stay_when_they_are_not_told()
    {
        var writer = await _samples.LoadedAsync("w");
        var settings = new Dictionary<string, string> { ["retention.ms"] = "5" };
        var facts = new TopicFacts("t", 1, "id") { ReplicationFactor = 3, Configurations = settings };
        await writer.RecordSourceAsync("cluster", [facts], CancellationToken.None);
        var before = await _samples.BytesAsync(HeadKey);

        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);
        Assert.Equal(before, await _samples.BytesAsync(HeadKey));

        var changed = facts with { Configurations = new Dictionary<string, string>() };
        await writer.RecordSourceAsync("cluster", [changed], CancellationToken.None);
        var read = (await _samples.ReadAsync())!;
        Assert.Equal([changed], read.Topics.Values);
        Assert.True(read.Head.IsManifestStale);
    }

    [Fact]
    public async Task Where_empty_partitions_began_stays_as_it_was_seen_first_whoever_comes_later()
    {
        var late = await _samples.LoadedAsync("late");
        var first = await _samples.LoadedAsync("first");
        await first.RecordSourceAsync("cluster", [Empty((0, 5)), Empty((1, 7))], CancellationToken.None);

        await late.RecordSourceAsync("cluster", [new TopicFacts("t", 3, "id"), Empty((0, 9), (2, 0))], CancellationToken.None);

        Assert.Equal([Empty((0, 5), (1, 7), (2, 0))], (await _samples.ReadAsync())!.Topics.Values);
        var before = await _samples.BytesAsync(HeadKey);
        await late.RecordSourceAsync("cluster", [new TopicFacts("t", 3)], CancellationToken.None);
        Assert.Equal(before, await _samples.BytesAsync(HeadKey));

        static TopicFacts Empty(params (int Partition, long Start)[] starts) =>
            new("t", 3, "id") { EmptyFrom = starts.ToDictionary(start => start.Partition, start => start.Start) };
    }

    [Fact]
    public async Task Another_source_cluster_is_refused()
    {
        var writer = await _samples.LoadedAsync("w");
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);
        var before = await _samples.BytesAsync(HeadKey);

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.RecordSourceAsync("other", [], CancellationToken.None));

        Assert.Equal(FailureKind.Source, failure.Kind);
        Assert.Contains("cluster with id other", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await _samples.BytesAsync(HeadKey));
    }

    [Fact]
    public async Task A_topic_that_was_made_anew_is_refused()
    {
        var writer = await _samples.LoadedAsync("w");
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackupException>(
            () => writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "new")], CancellationToken.None));

        Assert.Equal(FailureKind.Source, failure.Kind);
        Assert.Equal("id", (await _samples.ReadAsync())!.Topics["t"].TopicId);
    }

    [Fact]
    public async Task A_closed_run_is_open_again_with_the_next_commit()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10));
        await writer.CloseAsync(CancellationToken.None);
        Assert.True((await _samples.ReadAsync())!.Head.IsClosed);

        await writer.CommitAsync([Entry(10, 20)], CancellationToken.None);

        Assert.False((await _samples.ReadAsync())!.Head.IsClosed);
    }
}
