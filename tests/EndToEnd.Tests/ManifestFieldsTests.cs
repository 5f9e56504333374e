using System.Security.Cryptography;
using System.Text.Json.Nodes;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>What another program writes into the manifest: fields that this one does not know, and what it pruned.</summary>
public sealed class ManifestFieldsTests : BrokerTest
{
    private PartitionId Partition { get; set; }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fields_that_are_not_known_stay_at_every_level(bool keepsLedger)
    {
        var backup = await BackedUpAsync(runs: 2);
        await ProduceAsync();
        Edit(backup, manifest =>
        {
            manifest["missing_topics"] = new JsonArray("nowhere");
            manifest["topics"]![0]!["of_topic"] = new JsonObject { ["a"] = "5" };
            var partition = PartitionOf(manifest);
            partition["of_partition"] = 12.50m;
            partition["gaps"] = new JsonArray(new JsonObject
            {
                ["start_offset"] = 200,
                ["end_offset"] = 210,
                ["reason"] = "offset_out_of_range",
                ["detected_at"] = 1,
                ["of_gap"] = "g",
            });
            partition["pruned"] = new JsonArray(Pruned(0, 99, ("of_pruned", "p")));
            ((JsonArray)partition["segments"]!).RemoveAt(0);
            partition["segments"]![0]!["of_segment"] = new JsonObject { ["a"] = 1 };
        });
        for (var run = 0; run < 3; run++)
        {
            if (!keepsLedger)
            {
                Directory.Delete(backup.PathOf("_cluster"), recursive: true);
            }

            await backup.RunAsync();
            await ProduceAsync();
        }

        var found = Read(backup);
        Assert.Equal("nowhere", (string?)found["missing_topics"]![0]);
        Assert.Equal("5", (string?)found["topics"]![0]!["of_topic"]!["a"]);
        Assert.Equal("12.50", PartitionOf(found)["of_partition"]!.ToJsonString());
        Assert.Equal("g", (string?)Assert.Single((JsonArray)PartitionOf(found)["gaps"]!)!["of_gap"]);
        Assert.Equal("p", (string?)Assert.Single((JsonArray)PartitionOf(found)["pruned"]!)!["of_pruned"]);
        Assert.Equal(1, (int?)PartitionOf(found)["segments"]![0]!["of_segment"]!["a"]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task What_was_pruned_is_neither_read_again_nor_named_nor_a_gap(bool keepsLedger, bool isGoneAtTheSource)
    {
        var backup = await BackedUpAsync(runs: 3);
        var key = "";
        Edit(backup, manifest =>
        {
            var partition = PartitionOf(manifest);
            key = (string)partition["segments"]![0]!["key"]!;
            ((JsonArray)partition["segments"]!).RemoveAt(0);
            partition["pruned"] = new JsonArray(Pruned(0, 99));
        });
        File.Delete(Path.Combine(backup.Store, key));
        if (!keepsLedger)
        {
            Directory.Delete(backup.PathOf("_cluster"), recursive: true);
        }

        if (isGoneAtTheSource)
        {
            await Broker.DeleteRecordsBelowAsync(Partition, 100);
        }

        await ProduceAsync(10);
        var run = await backup.SucceedAsync();
        run.AssertSays("Backed up 10 new records");
        Assert.All(run.Log.Where(line => line.StartsWith("[WARN]", StringComparison.Ordinal)), line => Assert.Contains("does not know all that was written", line, StringComparison.Ordinal));
        Assert.Equal([new OffsetRange(0, 310)], await backup.CoverageOfAsync(Partition));
        (await backup.SucceedAsync()).AssertSays("Backed up 0 new records");

        var found = PartitionOf(Read(backup));
        Assert.Equal([100, 200, 300], ((JsonArray)found["segments"]!).Select(segment => (int)segment!["start_offset"]!));
        Assert.Null(found["gaps"]);
        Assert.Equal(99, (int)Assert.Single((JsonArray)found["pruned"]!)!["end_offset"]!);
        Assert.Contains("pruned: offsets 0-99 (100)", (await AskAsync(backup, "validate", "--deep")).AssertExit(0).Output, StringComparison.Ordinal);
        Assert.Contains("pruned 0-99, manual", (await AskAsync(backup, "describe")).AssertExit(0).Output, StringComparison.Ordinal);
        var status = await AskAsync(backup, "status");
        Assert.Contains("100 offsets were deleted from the backup on purpose", status.AssertExit(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_never_names_an_object_that_is_missing()
    {
        var backup = await BackedUpAsync(runs: 2);
        var key = "";
        Edit(backup, manifest =>
        {
            key = (string)PartitionOf(manifest)["segments"]![0]!["key"]!;
            ((JsonArray)PartitionOf(manifest)["segments"]!).RemoveAt(0);
        });
        File.Delete(Path.Combine(backup.Store, key));
        await ProduceAsync(10);

        (await backup.SucceedAsync()).AssertSays($"{key} (offsets 0 to 99)").AssertSays("100 records, which cannot be restored");
        (await backup.SucceedAsync()).AssertSays("100 records, which cannot be restored");

        Assert.Equal([100, 200], ((JsonArray)PartitionOf(Read(backup))["segments"]!).Select(segment => (int)segment!["start_offset"]!));
        var validated = (await AskAsync(backup, "validate")).Output;
        Assert.Contains($"{key} is missing", validated, StringComparison.Ordinal);
        Assert.Contains("Result: INVALID", validated, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_tell_their_hash_and_when_they_were_stored()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var backup = await BackedUpAsync(runs: 1);

        var segment = PartitionOf(Read(backup))["segments"]![0]!;
        var stored = File.ReadAllBytes(Path.Combine(backup.Store, (string)segment["key"]!));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stored)), (string?)segment["sha256"]);
        Assert.InRange((long)segment["uploaded_at"]!, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

        Directory.Delete(backup.PathOf("_cluster"), recursive: true);
        Assert.Contains("Result: VALID", (await AskAsync(backup, "validate", "--deep")).Output, StringComparison.Ordinal);
        Edit(backup, manifest => PartitionOf(manifest)["segments"]![0]!["sha256"] = new string('0', 64));
        Assert.Contains("SHA-256: the backup says 0000", (await AskAsync(backup, "validate", "--deep")).Output, StringComparison.Ordinal);
    }

    private async Task<TestBackup> BackedUpAsync(int runs)
    {
        var topic = await NewTopicAsync(partitions: 1);
        Partition = new PartitionId(topic, 0);
        var backup = NewBackup(topic);
        for (var run = 0; run < runs; run++)
        {
            await ProduceAsync();
            await backup.SucceedAsync();
        }

        return backup;
    }

    private async Task ProduceAsync(int count = 100) => await Broker.ProduceAsync(Partition, SampleRecords.Plain(count));

    private static Task<CliResult> AskAsync(TestBackup backup, string command, params string[] more) =>
        CliRun.RunAsync([command, "--path", backup.Store, "--backup-id", backup.Id, .. more]);

    private static JsonObject Pruned(long start, long end, (string Name, string Value)? other = null)
    {
        var pruned = new JsonObject
        {
            ["start_offset"] = start,
            ["end_offset"] = end,
            ["segments"] = 1,
            ["bytes"] = 500,
            ["pruned_at"] = 1_795_000_000_000,
            ["cutoff_timestamp"] = 0,
            ["reason"] = "manual",
        };
        if (other is { } field)
        {
            pruned[field.Name] = field.Value;
        }

        return pruned;
    }

    private static JsonObject Read(TestBackup backup) => (JsonObject)JsonNode.Parse(File.ReadAllText(backup.PathOf("manifest.json")))!;

    private static JsonNode PartitionOf(JsonNode manifest) => manifest["topics"]![0]!["partitions"]![0]!;

    private static void Edit(TestBackup backup, Action<JsonObject> edit)
    {
        var manifest = Read(backup);
        edit(manifest);
        File.WriteAllText(backup.PathOf("manifest.json"), manifest.ToJsonString());
    }
}
