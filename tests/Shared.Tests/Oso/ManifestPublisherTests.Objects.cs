using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing.Kafka;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Oso;

/// <content>Objects that are missing, damaged, overwritten or deleted on purpose.</content>
public sealed partial class ManifestPublisherTests
{
    [Fact]
    public async Task A_segment_that_is_not_there_is_not_backed_up()
    {
        await PutAsync(Foreign(0, 10, "there"), Foreign(10, 20, "lost"), Foreign(20, 30, "there-too"));
        await _samples.Objects.DeleteAsync("b/topics/t/partition=0/lost", CancellationToken.None);
        var writer = await _samples.LoadedAsync("w");

        var adopted = await _publisher.AdoptAsync(writer, CancellationToken.None);

        Assert.Equal(["t:0 [0, 10)", "t:0 [20, 30)"], Ranges((await _samples.ReadAsync())!));
        Assert.Contains("b/topics/t/partition=0/lost, which manifest.json names for offsets 10 to 19, is missing", Assert.Single(adopted.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_that_was_overwritten_counts_as_what_it_is_now()
    {
        await PutAsync(Foreign(0, 10, "a") with { CompressedSize = 1_000 }, Foreign(10, 20, "b"));
        await _samples.PutAsync("b/topics/t/partition=0/a", Segments.Segment.Bytes(Segments.Segment.Bare, new TestRecords().AddMany(15)));
        var writer = await _samples.LoadedAsync("w");

        await _publisher.AdoptAsync(writer, CancellationToken.None);

        var entries = (await _samples.ReadAsync())!.Entries.ToList();
        Assert.Equal(["[0, 15)", "[15, 20)"], entries.Select(entry => entry.Range.ToString()));
        Assert.Equal((14, 15), (entries[0].Segment!.EndOffset, entries[0].Segment!.RecordCount));
    }

    [Fact]
    public async Task A_segment_that_is_cut_off_is_not_backed_up()
    {
        await PutAsync(Foreign(0, 10, "a") with { CompressedSize = 1_000 });
        await _samples.PutAsync("b/topics/t/partition=0/a", Segments.Segment.Bytes(Segments.Segment.Bare, new TestRecords().AddMany(10))[..^5]);
        var writer = await _samples.LoadedAsync("w");

        var adopted = await _publisher.AdoptAsync(writer, CancellationToken.None);

        Assert.Empty(adopted.Entries);
        Assert.Contains("b/topics/t/partition=0/a is damaged", Assert.Single(adopted.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_has_lost_segments_is_made_whole_with_a_warning()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"), Entry(10, 20, "b"));
        await RenderAsync(writer);
        await PutObjectsAsync("a", "b");
        await PutAsync(Foreign(20, 30, "foreign"));

        var warning = await RenderAsync(writer);

        Assert.Equal($"{Key} had lost 2 segments of this backup, as another program rewrote it. It is whole again; nothing was lost.", warning);
        Assert.Equal(["a", "b", "foreign"], await ShownAsync());
    }

    [Fact]
    public async Task A_segment_whose_object_is_missing_is_not_named_until_it_is_back()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"), Entry(10, 20, "b"));
        await RenderAsync(writer);
        await PutObjectsAsync("b");
        await PutAsync(Foreign(20, 30, "foreign"));

        var warning = await RenderAsync(writer);

        Assert.Contains("b/topics/t/partition=0/a (offsets 0 to 9)", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing was lost", warning, StringComparison.Ordinal);
        Assert.Equal(["b", "foreign"], await ShownAsync());
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)", "t:0 [20, 30)"], Ranges((await _samples.ReadAsync())!));

        await writer.CommitAsync([Entry(30, 40, "c")], CancellationToken.None);
        Assert.Contains("partition=0/a", await RenderAsync(writer), StringComparison.Ordinal);
        Assert.Equal(["b", "foreign", "c"], await ShownAsync());

        await PutObjectsAsync("a");
        Assert.Null(await RenderAsync(writer));
        Assert.Equal(["a", "b", "foreign", "c"], await ShownAsync());
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(1)]
    public async Task What_was_pruned_stays_so_and_its_entry_answers_for_it(int maxTailBytes)
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: maxTailBytes);
        await writer.ClaimAsync(CancellationToken.None);
        await writer.CommitAsync([Entry(0, 10, "a"), Entry(10, 20, "b")], CancellationToken.None);
        await RenderAsync(writer);
        await PutManifestAsync(
            [Foreign(10, 20, "b")],
            [new ManifestPruned { StartOffset = 0, EndOffset = 9, Segments = 1, Bytes = 20, PrunedAt = 7, Reason = "manual" }]);

        Assert.Null(await RenderAsync(writer));

        var ledger = (await _samples.ReadAsync())!;
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)"], Ranges(ledger));
        Assert.Equal([new Pruned("manual", 7, 0, 1, 20), null], ledger.Entries.Select(entry => entry.Pruned));
        Assert.Equal(["b"], await ShownAsync());

        await _samples.Objects.DeleteAsync(Key, CancellationToken.None);
        await PutObjectsAsync("b");
        await RenderAsync(await _samples.LoadedAsync("other"));
        Assert.Equal(["b"], await ShownAsync());
        Assert.Equal((0, 9, 7), await PrunedAsync());
    }

    [Fact]
    public async Task A_segment_that_the_manifest_still_names_is_not_pruned_whatever_it_says_of_its_offsets()
    {
        var writer = await _samples.LoadedAsync("w");
        await writer.ClaimAsync(CancellationToken.None);
        await writer.CommitAsync([Entry(0, 10, "a"), Entry(10, 20, "b")], CancellationToken.None);
        await RenderAsync(writer);
        await PutManifestAsync([Foreign(0, 10, "a"), Foreign(10, 20, "b")], [new ManifestPruned { StartOffset = 0, EndOffset = 9, PrunedAt = 7 }]);

        await RenderAsync(writer);

        Assert.Equal([null, null], (await _samples.ReadAsync())!.Entries.Select(entry => entry.Pruned));
        Assert.Equal(["a", "b"], await ShownAsync());
    }

    [Fact]
    public async Task What_was_pruned_before_there_was_a_ledger_is_answered_for()
    {
        await PutManifestAsync([Foreign(10, 20, "b")], [new ManifestPruned { StartOffset = 0, EndOffset = 9, PrunedAt = 7 }]);
        var writer = await _samples.LoadedAsync("w");

        await _publisher.AdoptAsync(writer, CancellationToken.None);

        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)"], Ranges((await _samples.ReadAsync())!));
    }
}
