using System.Text.Json;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class OptionsTests : BrokerTest
{
    [Fact]
    public async Task Start_offset_leaves_out_what_lies_before()
    {
        var topic = await NewTopicAsync(partitions: 2);
        PartitionId partition = new(topic, 0), other = new(topic, 1);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100));
        produced.Add(await Broker.ProduceAsync(other, SampleRecords.Plain(20)));
        produced.RemoveBelow(partition, 70);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = [$"start_offset: !specific {{{topic}: {{0: 70}}}}"] };

        await backup.SucceedAsync();

        StoredRecords.AssertExactly(backup, produced);
        Assert.Equal([new OffsetRange(70, 100)], await backup.CoverageOfAsync(partition));
        Assert.Equal([new OffsetRange(0, 20)], await backup.CoverageOfAsync(other));
    }

    [Theory]
    [InlineData("none", ".bin")]
    [InlineData("zstd", ".bin.zst")]
    [InlineData("lz4", ".bin.lz4")]
    public async Task Compression_is_in_the_names_of_segments_and_in_the_manifest(string codec, string ending)
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.OfAllShapes().Concat(SampleRecords.Plain(1_500, bytes: 1_000)));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = [$"compression: {codec}"] };

        await backup.SucceedAsync();

        Assert.EndsWith(ending, Assert.Single(backup.SegmentFiles()), StringComparison.Ordinal);
        Assert.Equal(codec, StoredRecords.ReadManifest(backup).Compression);
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task Without_offset_headers_records_keep_their_own_headers_only()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.OfAllShapes());
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["include_offset_headers: false"] };

        await backup.SucceedAsync();

        StoredRecords.AssertExactlyAsIs(backup, produced);
    }

    [Fact]
    public async Task Source_cluster_id_is_appended_to_each_record()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.OfAllShapes());
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["source_cluster_id: zürich-1"] };

        await backup.SucceedAsync();

        StoredRecords.AssertExactlyAsIs(backup, produced.Select(record => record.WithOffsetHeaders("zürich-1")));
    }

    [Fact]
    public async Task Segments_are_cut_at_the_number_of_records_that_is_set()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 30"] };

        await backup.SucceedAsync();

        var segments = StoredRecords.ReadManifest(backup).Topics.Single().Partitions.Single().Segments;
        Assert.Equal([30, 30, 30, 10], segments.Select(segment => segment.RecordCount));
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task Topics_are_chosen_by_globs_and_exclusion_wins()
    {
        var produced = new ProducedRecords();
        foreach (var name in new[] { "orders-eu", "orders-us", "orders-us-dlq", "payments" })
        {
            var sent = await Broker.ProduceAsync(new PartitionId(await NewTopicAsync(name), 0), SampleRecords.Plain(10));
            if (name is "orders-eu" or "orders-us")
            {
                produced.Add(sent);
            }
        }

        var backup = NewBackup(Name("orders-*"));
        backup.Config = backup.Config with { Exclude = ["*-dlq"] };

        var run = await backup.SucceedAsync();

        run.AssertSays("Backed up 20 records across 2 topics");
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_glob_that_fits_no_topic_is_told_and_nothing_is_written()
    {
        var backup = NewBackup(Name("nothing-*"));

        var run = await backup.SucceedAsync();

        run.AssertSays("No topic matches source.topics");
        Assert.Empty(StoreSnapshot.Of(backup.Store).Files);
    }

    [Fact]
    public async Task A_summary_tells_how_the_run_ended_in_no_more_than_Kubernetes_takes()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(30));
        var (backup, file) = (NewBackup(partition.Topic), Path.GetTempFileName());
        try
        {
            (await backup.RunAsync("--summary", file)).AssertExit(0);

            var told = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(file), WireJson.Default.BackupFinished)!;
            Assert.Equal((30, 1, 0, 0), (told.Records, told.Topics, told.FailedPartitions, told.Failures.Count));
            Assert.True(new FileInfo(file).Length < 4096);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Give --cluster", new string[0])]
    [InlineData("Give --cluster", new[] { "--cluster", "a:1", "--jobs", "image" })]
    [InlineData("--token-file goes with --cluster", new[] { "--jobs", "image", "--token-file", "f" })]
    [InlineData("--jobs-memory goes with --jobs", new[] { "--cluster", "a:1", "--jobs-memory", "1Gi" })]
    [InlineData("'nowhere' is no address and port", new[] { "--jobs", "image", "--listen", "nowhere" })]
    [InlineData("There is no way to a Kubernetes API server", new[] { "--jobs", "image", "--kubeconfig", "/no/such/file" })]
    public async Task An_operator_that_cannot_begin_says_why(string why, string[] options)
    {
        var result = await CliRun.RunAsync(["operator", .. options]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }
}
