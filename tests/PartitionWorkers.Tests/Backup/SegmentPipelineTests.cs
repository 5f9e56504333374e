using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>Which entries a pipeline makes of a log.</summary>
public sealed class SegmentPipelineTests
{
    private readonly PipelineBench _bench = new();

    [Fact]
    public async Task A_segment_ends_at_its_number_of_records()
    {
        _bench.Log.Append(25).BatchSize = 7;

        var blockedAt = await _bench.RunAsync(Range(0, 25));

        Assert.Null(blockedAt);
        Assert.Equal([Range(0, 10), Range(10, 20), Range(20, 25)], Ranges(_bench.TakeAll()));
    }

    [Fact]
    public async Task Header_names_that_the_client_had_to_change_are_told_once_all_is_handed_out()
    {
        _bench.Log.Append(25).HeaderNamesChangedAt = 12;

        var failure = await Assert.ThrowsAsync<BackupException>(() => _bench.RunAsync(Range(0, 20), Range(20, 25)));

        Assert.Equal((FailureKind.Source, false), (failure.Kind, failure.IsRetryable));
        Assert.StartsWith("orders:3 has header names that are not UTF-8, the first in the record at offset 12", failure.Message, StringComparison.Ordinal);
        Assert.Equal([Range(0, 10), Range(10, 20), Range(20, 25)], Ranges(_bench.TakeAll()));
    }

    [Fact]
    public async Task A_segment_ends_at_its_number_of_bytes()
    {
        _bench.Settings = _bench.Settings with { Segments = new SegmentSettings { Codec = CompressionCodec.None, MaxBytes = 1000, IncludeOffsetHeaders = false } };
        _bench.Log.Append(20, valueBytes: 300);

        await _bench.RunAsync(Range(0, 20));

        var entries = _bench.TakeAll();
        Assert.Equal([3L, 3, 3, 3, 3, 3, 2], entries.Select(entry => entry.Segment!.RecordCount));
        Assert.All(entries.SkipLast(1), entry => Assert.InRange(entry.Segment!.UncompressedSize, 1000, 1000 + 340));
    }

    [Fact]
    public async Task A_segment_ends_when_its_first_record_is_old_enough()
    {
        _bench.Settings = _bench.Settings with { Segments = new SegmentSettings { MaxInterval = TimeSpan.FromSeconds(60) } };
        var third = _bench.Log.Append(40).HoldAt(20);

        var run = _bench.RunAsync(Range(0, 40));
        await Eventually.IsTrueAsync(() => _bench.Log.IsHeld);
        _bench.Clock.Advance(TimeSpan.FromSeconds(60));
        third.SetResult();
        await run;

        Assert.Equal([Range(0, 30), Range(30, 40)], Ranges(_bench.TakeAll()));
    }

    [Fact]
    public async Task A_segment_is_not_cut_before_its_time()
    {
        _bench.Settings = _bench.Settings with { Segments = new SegmentSettings { MaxInterval = TimeSpan.FromSeconds(60) } };
        var third = _bench.Log.Append(40).HoldAt(20);

        var run = _bench.RunAsync(Range(0, 40));
        await Eventually.IsTrueAsync(() => _bench.Log.IsHeld);
        _bench.Clock.Advance(TimeSpan.FromSeconds(59));
        third.SetResult();
        await run;

        Assert.Equal([Range(0, 40)], Ranges(_bench.TakeAll()));
    }

    [Fact]
    public async Task Entries_answer_for_offsets_without_records_too()
    {
        _bench.Log.Skip(4).Append(10).Skip(6).Append(10).Skip(5);

        await _bench.RunAsync(Range(0, 35));

        var entries = _bench.TakeAll();
        Assert.Equal([Range(0, 14), Range(14, 30), Range(30, 35)], Ranges(entries));
        Assert.Equal([4L, 20L], entries.Take(2).Select(entry => entry.Segment!.StartOffset));
        Assert.Null(entries[2].Segment);
    }

    [Fact]
    public async Task The_last_segment_answers_for_the_empty_offsets_behind_it()
    {
        _bench.Log.Append(3).Skip(5);

        await _bench.RunAsync(Range(0, 8));

        Assert.Equal([Range(0, 8)], Ranges(_bench.TakeAll()));
    }

    [Fact]
    public async Task A_range_without_records_becomes_an_entry_without_segment()
    {
        _bench.Log.Skip(8);

        await _bench.RunAsync(Range(2, 8));

        var entry = Assert.Single(_bench.TakeAll());
        Assert.Equal(Range(2, 8), entry.Range);
        Assert.Null(entry.Segment);
        Assert.Null(entry.Gap);
        Assert.Empty(_bench.Puts);
    }

    [Fact]
    public async Task Ranges_are_read_in_order_and_no_segment_spans_two()
    {
        _bench.Log.Append(40);

        await _bench.RunAsync(Range(3, 8), Range(20, 34));

        var entries = _bench.TakeAll();
        Assert.Equal([Range(3, 8), Range(20, 30), Range(30, 34)], Ranges(entries));
        Assert.Equal([3L, 4, 5, 6, 7], await _bench.StoredOffsetsAsync(entries[0]));
        Assert.Equal([30L, 31, 32, 33], await _bench.StoredOffsetsAsync(entries[2]));
        Assert.Equal(0, _bench.Log.OpenStreams);
    }

    [Fact]
    public async Task An_entry_tells_what_its_segment_holds()
    {
        _bench.Log.Append(5);

        await _bench.RunAsync(Range(0, 5));

        var segment = Assert.Single(_bench.TakeAll()).Segment!;
        var stored = await _bench.Memory.GetAsync(segment.Key, CancellationToken.None);
        Assert.StartsWith("nightly/topics/orders/partition=3/segment-00000000000000000000-4-", segment.Key, StringComparison.Ordinal);
        Assert.Equal((0, 4, 5), (segment.StartOffset, segment.EndOffset, segment.RecordCount));
        Assert.Equal(stored!.Content.Length, segment.CompressedSize);
    }

    [Fact]
    public async Task What_was_read_is_handed_out_before_the_source_says_that_the_rest_is_gone()
    {
        var second = _bench.Log.Append(35).HoldAt(20);
        _bench.Settings = _bench.Settings with { Segments = _bench.Settings.Segments with { MaxRecords = 15 } };

        var run = _bench.RunAsync(Range(0, 35));
        await Eventually.IsTrueAsync(() => _bench.Log.IsHeld);
        _bench.Log.DeleteBefore(30);
        second.SetResult();

        await Assert.ThrowsAsync<OffsetsGoneException>(() => run);
        Assert.Equal([Range(0, 15), Range(15, 20)], Ranges(_bench.TakeAll()));
        Assert.Equal(0, _bench.Log.OpenStreams);
    }

    [Fact]
    public async Task Nothing_is_handed_out_when_all_is_gone()
    {
        _bench.Log.Append(35).DeleteBefore(30);

        await Assert.ThrowsAsync<OffsetsGoneException>(() => _bench.RunAsync(Range(0, 35)));

        Assert.Empty(_bench.TakeAll());
    }

    [Fact]
    public async Task An_early_end_is_told_and_what_lies_before_it_is_handed_out()
    {
        _bench.Log.Append(40).OpenTransactionAt = 15;

        var blockedAt = await _bench.RunAsync(Range(0, 20), Range(30, 40));

        Assert.Equal(15, blockedAt);
        Assert.Equal([Range(0, 10), Range(10, 15)], Ranges(_bench.TakeAll()));
        Assert.Equal([Range(0, 20)], _bench.Log.Opened);
    }

    [Fact]
    public async Task An_end_at_the_very_start_hands_out_nothing()
    {
        _bench.Log.Append(40).OpenTransactionAt = 15;

        Assert.Equal(15, await _bench.RunAsync(Range(15, 20)));

        Assert.Empty(_bench.TakeAll());
    }

    private static OffsetRange Range(long @base, long next) => new(@base, next);

    private static IEnumerable<OffsetRange> Ranges(IEnumerable<LedgerEntry> entries) => entries.Select(entry => entry.Range);

    [Fact]
    public async Task The_leader_epoch_is_told_of_a_segment_that_ends_where_what_was_read_ends_and_of_no_other()
    {
        var bench = new PipelineBench();
        bench.Log.LeaderEpoch = 6;
        bench.Log.Append(15);
        bench.Log.LeaderEpoch = 7;
        bench.Log.Append(5).BatchSize = 20;

        await bench.RunAsync(Range(0, 20));

        Assert.Equal([(Range(0, 10), null), (Range(10, 20), (int?)7)], bench.TakeAll().Select(entry => (entry.Range, entry.LeaderEpoch)));
    }
}
