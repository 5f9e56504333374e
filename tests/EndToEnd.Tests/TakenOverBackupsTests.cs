using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Backups that OSO's tool began: their topics are at the broker again, and this program goes on.</summary>
public sealed class TakenOverBackupsTests : BrokerTest
{
    [Fact]
    public async Task A_sound_backup_is_continued_without_a_seam()
    {
        var backup = await BegunByOsoAsync("incremental");
        var partition = new PartitionId("orders-inc", 0);
        var expected = (await backup.SucceedAsync()).AssertSays("Took over 5 segments and gaps").AssertSays("Backed up 0 new records");
        var more = await Broker.ProduceAsync(partition, SampleRecords.Plain(45));

        expected = (await backup.SucceedAsync()).AssertSays("orders-inc:0 — starting at offset 155 (saved: 154)").AssertSays("Backed up 45 new records");

        AssertHoldsOnce(backup, Golden.Source("incremental"), more);
        Assert.Equal([new OffsetRange(0, 200)], await backup.CoverageOfAsync(partition));
        await AssertValidAsync(backup);
    }

    [Theory]
    [InlineData("hole", "sensor:0: 504 offsets are in no segment, and nothing says that they were gone: [200, 704)", "504 records came back, 0 are gone at the source, 0 hold no record")]
    [InlineData("hole-failed-upload", "meter:0: 40 offsets are in no segment, and nothing says that they were gone: [80, 120)", "40 records came back, 0 are gone")]
    public async Task What_OSO_lost_comes_back(string sample, string loss, string gain)
    {
        var backup = await BegunByOsoAsync(sample);

        (await backup.SucceedAsync()).AssertSays(loss).AssertSays(gain);

        AssertHoldsOnce(backup, Golden.Source(sample));
        await AssertValidAsync(backup);
        (await backup.SucceedAsync()).AssertSays("Backed up 0 new records").AssertSaysNothingOf("in no segment");
    }

    [Fact]
    public async Task What_OSO_lost_and_the_source_has_deleted_meanwhile_becomes_a_gap()
    {
        var backup = await BegunByOsoAsync("hole-failed-upload");
        var partition = new PartitionId("meter", 0);
        await Broker.DeleteRecordsBelowAsync(partition, 100);

        (await backup.RunAsync()).AssertExit(3).AssertSays("20 records came back, 20 are gone at the source");

        Assert.Equal([new OffsetRange(0, 150)], await backup.CoverageOfAsync(partition));
        var gap = Assert.Single(StoredRecords.ReadManifest(backup).Topics.SelectMany(topic => topic.Partitions).SelectMany(found => found.Gaps));
        Assert.Equal((80, 100), (gap.StartOffset, gap.EndOffset));
    }

    [Fact]
    public async Task What_OSO_stored_twice_counts_once_and_is_not_stored_again()
    {
        var backup = await BegunByOsoAsync("overlapping");
        var before = backup.SegmentFiles();

        (await backup.SucceedAsync()).AssertSays("was overwritten: manifest.json says offsets 0 to 49, the object holds 70 records");
        Assert.Equal(before, backup.SegmentFiles());
        var more = await Broker.ProduceAsync(new PartitionId("clicks", 0), SampleRecords.Plain(10));
        (await backup.SucceedAsync()).AssertSays("Backed up 10 new records");

        AssertHoldsOnce(backup, Golden.Source("overlapping"), more);
        var chain = StoredRecords.ReadManifest(backup).Topics.Single().Partitions[0].Segments.Select(segment => $"{segment.StartOffset}-{segment.EndOffset}");
        Assert.Equal(["0-69", "70-139", "140-209", "210-239", "240-249"], chain);
        await AssertValidAsync(backup);
    }

    /// <summary>A copy of a golden backup, with its topics at the broker.</summary>
    private async Task<TestBackup> BegunByOsoAsync(string sample)
    {
        var source = Golden.Source(sample);
        foreach (var topic in source.Keys.GroupBy(partition => partition.Topic))
        {
            await Broker.RecreateTopicAsync(topic.Key, topic.Max(partition => partition.Number) + 1);
        }

        foreach (var (partition, records) in source)
        {
            var produced = await Broker.ProduceAsync(partition, records.Select(ToLog));
            Assert.Equal(records.Select(record => record.Offset), produced.ByPartition[partition].Select(record => record.Offset));
        }

        var backup = NewBackupCalled(sample, [.. source.Keys.Select(partition => partition.Topic).Distinct()]);
        foreach (var file in Directory.EnumerateFiles(Golden.StoreOf(sample), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(backup.Store, Path.GetRelativePath(Golden.StoreOf(sample), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return backup;
    }

    private static LogRecord ToLog(TestRecord record) => new(
        record.Offset, record.Timestamp, record.Key, record.Value,
        [.. record.Headers.Select(header => new LogHeader(System.Text.Encoding.UTF8.GetString(header.Name), header.Value))]);

    /// <summary>Asserts that the manifest's segments hold each record of the source once, by offset, time, key and value.</summary>
    private static void AssertHoldsOnce(
        TestBackup backup, IReadOnlyDictionary<PartitionId, IReadOnlyList<TestRecord>> source, ProducedRecords? more = null)
    {
        foreach (var (partition, records) in source)
        {
            var expected = records.Select(ToLog).Concat(more?.ByPartition.GetValueOrDefault(partition) ?? []).Select(Core);
            var stored = StoredRecords.ReadManifest(backup).Topics.Single(topic => topic.Name == partition.Topic).Partitions
                .Single(found => found.PartitionId == partition.Number).Segments.SelectMany(segment => Read(backup, segment.Key)).ToList();

            Assert.Equal(expected, stored);
        }

        static string Core(LogRecord record) => (record with { Headers = [] }).ToString();
    }

    private static IEnumerable<string> Read(TestBackup backup, string key)
    {
        using var segment = SegmentRecords.Open(File.ReadAllBytes(Path.Combine(backup.Store, key)), key);
        var records = new List<string>();
        while (segment.MoveNext())
        {
            records.Add(new LogRecord(segment.Offset, segment.Timestamp, Bytes(segment.Key), Bytes(segment.Value)).ToString());
        }

        return records;

        static byte[]? Bytes(NullableSpan span) => span.IsNull ? null : span.Bytes.ToArray();
    }

    private static async Task AssertValidAsync(TestBackup backup) =>
        (await CliRun.RunAsync("validate", "--path", backup.Store, "--backup-id", backup.Id, "--deep")).AssertExit(0);
}
