using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Views and caches may be lost, old or damaged at any time: the next run goes on where the backup ends.</summary>
public sealed class LostViewsTests : BrokerTest
{
    [Fact]
    public async Task Without_the_local_offsets_the_remote_ones_are_loaded()
    {
        var backup = await BackedUpAsync();
        DeleteLocalOffsets(backup);

        var run = await RunWithNewRecordsAsync(backup);

        AssertNoWarning(run.AssertSays("[INFO] Loaded offset database from remote storage"));
        Assert.True(File.Exists(backup.OffsetsPath));
    }

    [Fact]
    public async Task Without_any_offsets_nothing_is_stored_again()
    {
        var backup = await BackedUpAsync();
        DeleteLocalOffsets(backup);
        File.Delete(backup.PathOf("offsets.db"));
        var segments = backup.SegmentFiles();

        var idle = await backup.SucceedAsync();

        idle.AssertSays("Backed up 0 new records");
        Assert.Equal(segments, backup.SegmentFiles());
        Assert.True(File.Exists(backup.OffsetsPath));
        Assert.True(File.Exists(backup.PathOf("offsets.db")));
        await RunWithNewRecordsAsync(backup);
    }

    [Fact]
    public async Task Older_local_offsets_are_corrected_with_a_line()
    {
        var backup = await BackedUpAsync();
        var older = Path.Combine(backup.Root, "older.db");
        File.Copy(backup.OffsetsPath, older);
        await RunWithNewRecordsAsync(backup);
        DeleteLocalOffsets(backup);
        File.Copy(older, backup.OffsetsPath);

        var run = await RunWithNewRecordsAsync(backup);

        Assert.Single(run.Log, line => line.StartsWith($"[INFO] {backup.OffsetsPath} is behind what is committed", StringComparison.Ordinal));
        AssertNoWarning(run);
        run = await RunWithNewRecordsAsync(backup);
        AssertNoWarning(run);
    }

    [Fact]
    public async Task Corrupted_remote_offsets_are_written_anew_with_a_warning()
    {
        var backup = await BackedUpAsync();
        File.WriteAllText(backup.PathOf("offsets.db"), string.Concat(Enumerable.Repeat("this is no database. ", 400)));

        var run = await RunWithNewRecordsAsync(backup);

        var warning = Assert.Single(run.Log, line => line.StartsWith("[WARN]", StringComparison.Ordinal));
        Assert.Contains("offsets.db", warning, StringComparison.Ordinal);
        run = await RunWithNewRecordsAsync(backup);
        AssertNoWarning(run.AssertSays("Loaded offset database from remote storage"));
    }

    [Fact]
    public async Task Without_the_journal_the_run_is_the_same()
    {
        var backup = await BackedUpAsync();
        foreach (var file in Directory.EnumerateFiles(backup.Local, "*-journal.db*"))
        {
            File.Delete(file);
        }

        var run = await RunWithNewRecordsAsync(backup);

        AssertNoWarning(run);
    }

    [Fact]
    public async Task A_journal_that_is_no_database_is_set_aside()
    {
        var backup = await BackedUpAsync();
        var journal = Assert.Single(Directory.EnumerateFiles(backup.Local, "*-journal.db"));
        File.WriteAllText(journal, string.Concat(Enumerable.Repeat("this is no database. ", 400)));

        await RunWithNewRecordsAsync(backup);

        Assert.True(File.Exists(journal + ".unreadable"));
    }

    [Fact]
    public async Task Without_its_ledger_a_backup_is_taken_over_from_the_manifest()
    {
        var backup = await BackedUpAsync();
        Directory.Delete(backup.PathOf("_cluster"), recursive: true);

        var run = await RunWithNewRecordsAsync(backup);

        run.AssertSays("Took over 2 segments and gaps that manifest.json names");
        await AssertContiguousAsync(backup);
    }

    [Fact]
    public async Task Without_the_manifest_it_is_rendered_again()
    {
        var backup = await BackedUpAsync();
        var manifest = File.ReadAllText(backup.PathOf("manifest.json"));
        File.Delete(backup.PathOf("manifest.json"));

        await backup.SucceedAsync();

        Assert.Equal(manifest, File.ReadAllText(backup.PathOf("manifest.json")));
        await RunWithNewRecordsAsync(backup);
    }

    private ProducedRecords Produced { get; } = new();

    private PartitionId[] Partitions { get; set; } = [];

    private async Task<TestBackup> BackedUpAsync()
    {
        var topic = await NewTopicAsync(partitions: 2);
        Partitions = [new PartitionId(topic, 0), new PartitionId(topic, 1)];
        var backup = NewBackup(topic);
        await ProduceAsync(150);
        await backup.SucceedAsync();
        return backup;
    }

    /// <summary>Adds records and runs; asserts that the run stored those and nothing else.</summary>
    private async Task<CliResult> RunWithNewRecordsAsync(TestBackup backup)
    {
        var segments = backup.SegmentFiles();
        await ProduceAsync(20);

        var run = await backup.SucceedAsync();

        run.AssertSays("Backed up 40 new records across 1 topic");
        Assert.Equal(segments.Count + Partitions.Length, backup.SegmentFiles().Count);
        StoredRecords.AssertExactly(backup, Produced);
        return run;
    }

    private async Task AssertContiguousAsync(TestBackup backup)
    {
        foreach (var partition in Partitions)
        {
            Assert.Equal([new OffsetRange(0, Produced.ByPartition[partition][^1].Offset + 1)], await backup.CoverageOfAsync(partition));
        }
    }

    private async Task ProduceAsync(int count)
    {
        foreach (var partition in Partitions)
        {
            Produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(count, seed: Produced.Count + 1)));
        }
    }

    private static void AssertNoWarning(CliResult run) =>
        Assert.DoesNotContain(run.Log, line => line.StartsWith("[WARN]", StringComparison.Ordinal));

    private static void DeleteLocalOffsets(TestBackup backup)
    {
        foreach (var file in Directory.EnumerateFiles(backup.Local, "offsets.db*"))
        {
            File.Delete(file);
        }
    }
}
