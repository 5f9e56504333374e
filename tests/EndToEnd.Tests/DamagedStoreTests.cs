using System.Text.Json.Nodes;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>What cannot be read whole and sound is refused, and nothing is overwritten on the strength of it.</summary>
public sealed class DamagedStoreTests : BrokerTest
{
    private const int Storage = 5;

    [Fact]
    public Task A_head_that_was_cut_off_is_refused() => RefusedAsync("head.json is damaged", backup =>
    {
        using var head = File.OpenWrite(HeadOf(backup));
        head.SetLength(head.Length / 2);
    });

    [Fact]
    public Task A_head_of_a_newer_format_is_refused() => RefusedAsync("head.json has format 99, and this program knows formats up to 1", backup =>
    {
        var head = JsonNode.Parse(File.ReadAllText(HeadOf(backup)))!;
        head["format"] = 99;
        File.WriteAllText(HeadOf(backup), head.ToJsonString());
    });

    [Fact]
    public Task A_part_that_is_missing_is_named() => RefusedAsync("parts/0000000001-00000000000000000009.jsonl.zst is missing", backup =>
    {
        var head = HeadCodec.Read(File.ReadAllBytes(HeadOf(backup)), "head.json");
        var part = new PartReference($"{backup.Id}/_cluster/parts/0000000001-00000000000000000009.jsonl.zst", new string('0', 64), 5, "a", "z");
        File.WriteAllBytes(HeadOf(backup), HeadCodec.Write(head with { Parts = [part] }));
    });

    [Fact]
    public Task A_part_with_another_content_is_refused() => RefusedAsync("parts/0000000001-00000000000000000009.jsonl.zst is damaged", backup =>
    {
        var head = HeadCodec.Read(File.ReadAllBytes(HeadOf(backup)), "head.json");
        var (stored, reference) = PartCodec.Write(head.Tail, $"{backup.Id}/_cluster/parts/0000000001-00000000000000000009.jsonl.zst");
        File.WriteAllBytes(HeadOf(backup), HeadCodec.Write(head with { Parts = [reference], Tail = [] }));
        Directory.CreateDirectory(backup.PathOf("_cluster/parts"));
        stored[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(backup.Store, reference.Key), stored);
    });

    [Fact]
    public Task A_manifest_that_cannot_be_read_is_not_overwritten() => LeftAloneAsync(backup =>
    {
        File.Delete(backup.PathOf("manifest.json"));
        Directory.CreateDirectory(backup.PathOf("manifest.json"));
    });

    [Fact]
    public Task A_manifest_that_was_cut_off_is_not_overwritten() => LeftAloneAsync(backup =>
    {
        using var manifest = File.OpenWrite(backup.PathOf("manifest.json"));
        manifest.SetLength(manifest.Length / 2);
    });

    /// <summary>Asserts that a run with new records waiting commits them after <paramref name="damage"/> to the manifest, says that it is damaged, and leaves it.</summary>
    private async Task LeftAloneAsync(Action<TestBackup> damage)
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(20));
        var backup = NewBackup(partition.Topic);
        await backup.SucceedAsync();
        await Broker.ProduceAsync(partition, SampleRecords.Plain(20, seed: 2));
        damage(backup);
        var manifest = backup.PathOf("manifest.json");
        var before = File.Exists(manifest) ? await File.ReadAllBytesAsync(manifest) : null;

        var run = await backup.RunAsync();

        run.AssertExit(Storage).AssertOneFailure("manifest.json");
        Assert.Equal(before, File.Exists(manifest) ? await File.ReadAllBytesAsync(manifest) : null);
        Assert.Equal([new OffsetRange(0, 40)], await backup.CoverageOfAsync(partition));
    }

    private static string HeadOf(TestBackup backup) => backup.PathOf("_cluster/head.json");

    /// <summary>Asserts that a run with new records waiting is refused after <paramref name="damage"/>, and that it touched nothing.</summary>
    private async Task RefusedAsync(string sentence, Action<TestBackup> damage)
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(20));
        var backup = NewBackup(partition.Topic);
        await backup.SucceedAsync();
        await Broker.ProduceAsync(partition, SampleRecords.Plain(20, seed: 2));
        damage(backup);
        var store = StoreSnapshot.Of(backup.Store);

        var run = await backup.RunAsync();

        run.AssertExit(Storage).AssertOneFailure(sentence);
        store.AssertUnchanged(backup.Store);
    }
}
