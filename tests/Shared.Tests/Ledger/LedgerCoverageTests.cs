using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Validation;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

/// <summary>What the parts answer for is known without them, and never believed against them.</summary>
public sealed class LedgerCoverageTests
{
    private static readonly PartitionId Other = new("u", 1);

    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task A_run_begins_without_the_parts_that_the_coverage_object_tells_of()
    {
        var writer = await CompactedAsync();
        await writer.CommitAsync([Entry(40, 50)], CancellationToken.None);
        var head = writer.Ledger.Head;
        await Task.WhenAll(head.Parts.Where(part => part.Covered).Select(part => _samples.Objects.DeleteAsync(part.Key, CancellationToken.None)));

        var outline = (await LedgerReader.ReadOutlineAsync(_samples.Objects, Backup, CancellationToken.None))!;
        var next = await _samples.LoadedAsync("next");

        Assert.Contains(head.Parts, part => !part.Covered);
        foreach (var known in new[] { outline, next.Ledger })
        {
            Assert.Equal([new OffsetRange(0, 50)], known.CoverageOf(Partition).Ranges);
            Assert.Equal([new OffsetRange(5, 10), new OffsetRange(20, 30)], known.CoverageOf(Other).Ranges);
            Assert.Equal((null, 7), (known.Partitions[Partition].LeaderEpochAtEnd, known.Partitions[Other].LeaderEpochAtEnd));
            Assert.Null(known.Problem);
        }

        var failure = await Assert.ThrowsAsync<StorageException>(_samples.ReadAsync);
        Assert.Contains("is missing, but b/_cluster/head.json", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "is missing")]
    [InlineData(false, "is damaged: its SHA-256 is not the one that head.json names")]
    public async Task Without_a_sound_coverage_object_all_parts_are_read_and_that_is_told(bool isMissing, string reason)
    {
        var writer = await CompactedAsync();
        var key = writer.Ledger.Head.Coverage!.Key;
        if (isMissing)
        {
            await _samples.Objects.DeleteAsync(key, CancellationToken.None);
        }
        else
        {
            await _samples.PutAsync(key, new byte[] { 1, 2, 3 });
        }

        var next = await _samples.LoadedAsync("next", maxTailBytes: 1, maxParts: 2);

        Assert.StartsWith($"{key} {reason}. All parts were read in its place", next.Ledger.Problem, StringComparison.Ordinal);
        Assert.Equal([new OffsetRange(0, 40)], next.Ledger.CoverageOf(Partition).Ranges);
        await next.ClaimAsync(CancellationToken.None);
        await next.CommitAsync([Entry(40, 50)], CancellationToken.None);
        await next.CommitAsync([Entry(50, 60)], CancellationToken.None);
        Assert.True(await next.CompactAsync(CancellationToken.None));
        var later = await _samples.LoadedAsync("later");
        Assert.Equal((null, 60), (later.Ledger.Problem, later.Ledger.CoverageOf(Partition).Position));
    }

    [Fact]
    public async Task A_coverage_object_that_tells_more_than_the_parts_hold_is_not_believed()
    {
        var writer = await CompactedAsync();
        var wrong = new LedgerOutline(Head.None, [Entry(0, 45), new LedgerEntry { Partition = Other, Range = new OffsetRange(5, 10) }]);
        var (stored, reference) = CoverageCodec.Write(wrong, writer.Ledger.Head.Coverage!.Key);
        await _samples.PutAsync(reference.Key, stored);
        await _samples.PutAsync(BackupKeys.Head(Backup), HeadCodec.Write(writer.Ledger.Head with { Coverage = reference }));
        var next = await _samples.LoadedAsync("next");

        var failure = await Assert.ThrowsAsync<StorageException>(() => next.ReadWholeAsync(CancellationToken.None));

        Assert.Contains("does not tell what the parts of the ledger hold. Nothing was changed.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("repair", failure.Message, StringComparison.Ordinal);
        var validator = new BackupValidator(_samples.Objects);
        var told = await Assert.ThrowsAsync<StorageException>(() => validator.ValidateAsync(Backup.Value, isDeep: false, (_, _) => { }, CancellationToken.None));
        Assert.Equal(failure.Message, told.Message);
    }

    [Fact]
    public async Task A_part_that_is_gone_is_told_when_it_is_needed_and_the_manifest_stays()
    {
        var writer = await CompactedAsync();
        var publisher = new ManifestPublisher(_samples.Objects);
        await publisher.RenderAsync(writer, new ManifestPublisher.SourceLabels([], "none"), CancellationToken.None);
        var shown = await _samples.BytesAsync(BackupKeys.Manifest(Backup));
        await writer.CommitAsync([Entry(40, 50)], CancellationToken.None);
        var gone = writer.Ledger.Head.Parts[0].Key;
        await _samples.Objects.DeleteAsync(gone, CancellationToken.None);

        foreach (var reading in new Func<Task>[]
        {
            () => publisher.RenderAsync(writer, new ManifestPublisher.SourceLabels([], "none"), CancellationToken.None),
            () => writer.ReadWholeAsync(CancellationToken.None),
            () => writer.NewBatchAsync([Entry(10, 20)], CancellationToken.None),
        })
        {
            var failure = await Assert.ThrowsAsync<StorageException>(reading);
            Assert.StartsWith($"{gone} is missing, but b/_cluster/head.json", failure.Message, StringComparison.Ordinal);
            Assert.Contains("repair", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(shown, await _samples.BytesAsync(BackupKeys.Manifest(Backup)));
    }

    [Fact]
    public async Task An_old_commit_that_is_repeated_is_known_and_another_one_of_its_offsets_is_rejected()
    {
        await CompactedAsync();
        var next = await _samples.LoadedAsync("next");
        await next.ClaimAsync(CancellationToken.None);
        LedgerEntry[] entries = [Entry(10, 20), Entry(10, 20, "another"), Entry(0, 40), Entry(40, 50)];

        var batch = await next.NewBatchAsync(entries, CancellationToken.None);

        Assert.Equal(
            [CommitVerdict.Repeated, CommitVerdict.Rejected, CommitVerdict.Rejected, CommitVerdict.Accepted],
            entries.Select(entry => batch.Judge(entry, next.Ledger.Head.Epoch)));
        await next.CommitAsync(batch.Accepted, CancellationToken.None);
        Assert.Equal(50, (await next.ReadWholeAsync(CancellationToken.None)).CoverageOf(Partition).Position);
    }

    [Fact]
    public async Task A_commit_is_not_judged_by_less_than_it_takes()
    {
        await CompactedAsync();
        var next = await _samples.LoadedAsync("next");

        Assert.Throws<InvalidOperationException>(() => new CommitBatch(next.Ledger).Judge(Entry(10, 20), 1));
    }

    [Fact]
    public void Merging_writes_each_entry_few_times_and_leaves_few_parts()
    {
        const int perPart = 200, total = 1_000_000;
        var (parts, written) = (new List<PartReference>(), 0L);
        for (var number = 0; number < total / perPart; number++)
        {
            parts.Add(new PartReference($"{number}", "", perPart, "t", "t"));
            if (parts.Count > 20)
            {
                var merged = PartTiers.ToMerge(parts, 20);
                var sum = merged.Sum(part => part.Entries);
                written += sum;
                parts = [.. parts.Except(merged), new PartReference($"merged {number}", "", sum, "t", "t")];
                Assert.InRange(parts.Count, 1, 20);
            }
        }

        Assert.Equal(total, parts.Sum(part => part.Entries));
        Assert.InRange(written, 1, total * Math.Log2(total / perPart));
    }

    /// <summary>A ledger whose parts are merged, with a hole in one partition.</summary>
    private async Task<LedgerWriter> CompactedAsync()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1, maxParts: 2);
        await writer.ClaimAsync(CancellationToken.None);
        await writer.CommitAsync([Entry(0, 10), Entry(20, 30, partition: Other) with { LeaderEpoch = 7 }], CancellationToken.None);
        await writer.CommitAsync([Entry(10, 20), Entry(5, 10, partition: Other) with { LeaderEpoch = 3 }], CancellationToken.None);
        await writer.CommitAsync([Entry(20, 40)], CancellationToken.None);
        Assert.True(await writer.CompactAsync(CancellationToken.None));
        Assert.Equal((2, 0), (writer.Ledger.Head.Coverage!.Partitions, writer.Ledger.Head.Tail.Count));
        return writer;
    }
}
