using System.Text;
using KafkaBackup.Cli.Output;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class ReadingCommandsTests : BrokerTest
{
    private const int Usage = 2;
    private const int Storage = 5;

    [Fact]
    public async Task List_and_describe_print_what_a_backup_holds()
    {
        var topic = await NewTopicAsync(partitions: 2);
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(1_500));
        await Broker.ProduceAsync(new PartitionId(topic, 1), SampleRecords.Plain(10));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var store = StoreSnapshot.Of(backup.Store);

        var all = await ReadAsync("list", "--path", backup.Store);
        var one = await ReadAsync("list", "-p", backup.Store, "-b", backup.Id);
        var text = await DescribeAsync(backup, "text");
        var json = await DescribeAsync(backup, "json");
        var yaml = await DescribeAsync(backup, "yaml");

        Assert.Equal($"Available backups:\n  - {backup.Id}\n", all);
        Assert.Contains($"Backup {backup.Id}\n", one, StringComparison.Ordinal);
        Assert.Matches($@"{topic} +2 +2 +1,510\n", one);
        Assert.Contains($"source brokers  {Broker.Address}\n", text, StringComparison.Ordinal);
        Assert.Contains($"\nTopic {topic}\n", text, StringComparison.Ordinal);
        Assert.Matches(@"\n +0 +0-1499 +1,500 +1 +0\n", text);
        Assert.Equal(File.ReadAllText(backup.PathOf("manifest.json")), json.TrimEnd('\n'));
        Assert.Equal(YamlText.Write(ManifestJson.ToElement(StoredRecords.ReadManifest(backup))), yaml);
        store.AssertUnchanged(backup.Store);
    }

    [Fact]
    public async Task Describe_shows_one_topic_alone_when_it_is_asked_for()
    {
        var (one, other) = (await NewTopicAsync(), await NewTopicAsync("other"));
        await Broker.ProduceAsync(new PartitionId(one, 0), SampleRecords.Plain(30));
        await Broker.ProduceAsync(new PartitionId(other, 0), SampleRecords.Plain(4));
        var backup = NewBackup(one, other);
        await backup.SucceedAsync();
        var manifest = StoredRecords.ReadManifest(backup);

        var text = await DescribeAsync(backup, "text", "--topic", other);
        var json = await DescribeAsync(backup, "json", "--topic", other);
        var both = await DescribeAsync(backup, "json", "--topic", other, "--topic", one);
        var absent = await CliRun.RunAsync("describe", "--path", backup.Store, "--backup-id", backup.Id, "--topic", "nowhere");

        Assert.Equal(DescribeText.Render(manifest with { Topics = [.. manifest.Topics.Where(topic => topic.Name == other)] }), text);
        Assert.Equal(Encoding.UTF8.GetString(ManifestJson.Write(manifest with { Topics = [.. manifest.Topics.Where(topic => topic.Name == other)] })), json.TrimEnd('\n'));
        Assert.Equal(File.ReadAllText(backup.PathOf("manifest.json")), both.TrimEnd('\n'));
        absent.AssertExit(Usage).AssertOneFailure($"Backup '{backup.Id}' has no topic 'nowhere'.");
        Assert.Equal("", absent.Output);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("lz4")]
    public async Task Describe_tells_the_codec_by_the_segments_when_there_is_no_manifest(string codec)
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = [$"compression: {codec}"] };
        await backup.SucceedAsync();
        File.Delete(backup.PathOf("manifest.json"));

        var json = await DescribeAsync(backup, "json");

        Assert.Equal(codec, ManifestJson.Read(Encoding.UTF8.GetBytes(json), "standard output").Compression);
    }

    [Fact]
    public async Task Describe_shows_what_a_killed_run_had_committed()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(20_000));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 100"] };
        using (var run = backup.Start())
        {
            await run.WaitUntilAsync(() => backup.SegmentFiles().Count >= 8);
            await run.KillAsync();
        }

        var json = await DescribeAsync(backup, "json");

        var committed = (await backup.CoverageOfAsync(partition)).Single();
        var manifest = ManifestJson.Read(Encoding.UTF8.GetBytes(json), "standard output");
        Assert.Equal(committed.Length, manifest.Topics.Single().Partitions.Single().Segments.Sum(segment => segment.RecordCount));
    }

    [Fact]
    public async Task A_store_without_backups_is_told_so()
    {
        var store = Directory.CreateTempSubdirectory("kafka-backup-e2e-");

        var listed = await ReadAsync("list", "--path", store.FullName);
        var described = await CliRun.RunAsync("describe", "--path", store.FullName, "--backup-id", "nightly");

        Assert.Equal("No backups found\n", listed);
        described.AssertExit(Usage).AssertOneFailure("There is no backup 'nightly'");
        Assert.Equal("", described.Output);
        store.Delete();
    }

    [Theory]
    [InlineData("list")]
    [InlineData("describe", "--backup-id", "nightly")]
    public async Task A_store_that_is_not_there_is_named_and_not_made(string command, params string[] options)
    {
        var path = Path.Combine(Path.GetTempPath(), $"kafka-backup-e2e-{Guid.NewGuid():N}");

        var run = await CliRun.RunAsync([command, "--path", path, .. options]);

        run.AssertExit(Storage).AssertOneFailure(path);
        Assert.Equal("", run.Output);
        Assert.False(Directory.Exists(path));
    }

    private static Task<string> DescribeAsync(TestBackup backup, string format, params string[] options) =>
        ReadAsync(["describe", "--path", backup.Store, "--backup-id", backup.Id, "--format", format, .. options]);

    /// <summary>Runs a command that has to succeed without a word on standard error.</summary>
    private static async Task<string> ReadAsync(params string[] arguments)
    {
        var run = (await CliRun.RunAsync(arguments)).AssertExit(0);
        Assert.Equal("", run.Error);
        return run.Output;
    }
}
