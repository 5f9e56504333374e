using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;
using static KafkaBackup.Shared.Tests.Oso.RandomBackups;

namespace KafkaBackup.Shared.Tests.Oso;

/// <content>What cannot be read, or not side by side.</content>
public sealed partial class BackupReaderTests
{
    [Fact]
    public async Task A_damaged_manifest_is_told_as_by_who_reads_it_whole()
    {
        await _samples.InOfficeAsync("w", Entry(0, 10));
        var sound = ManifestJson.Write(Foreign(new Random(4), new Dictionary<PartitionId, long>()));
        var damaged = Enumerable.Range(0, sound.Length).Where(length => length % 7 == 0).Select(length => sound[..length])
            .Concat(new[] { " x", "{}", "\0" }.Select(behind => (byte[])[.. sound, .. Encoding.UTF8.GetBytes(behind)]))
            .Concat(new[] { ("\"name\"", "\"nam\""), ("record_count\": 10", "record_count\": -1"), ("\"partitions\"", "\"name\""), ("\"created_at\"", "\"created\""), ("\"topics\"", "\"\\ud800\"") }
                .Select(change => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(sound).Replace(change.Item1, change.Item2, StringComparison.Ordinal))))
            .Append([.. Encoding.UTF8.GetBytes("""{"backup_id":"b","created_at":1,"topics":[],"topics":[]}""")])
            .Append([.. "{\""u8, 0xff, .. "\":1}"u8]);
        foreach (var bytes in damaged)
        {
            await _samples.PutAsync(ManifestKey, bytes);
            var expected = Assert.Throws<StorageException>(() => ManifestJson.Read(bytes, ManifestKey));

            Assert.Equal(expected.Message, (await Assert.ThrowsAsync<StorageException>(() => WrittenAsync(_samples.Objects, null))).Message);
        }
    }

    [Fact]
    public async Task A_damaged_ledger_is_told_as_by_who_reads_it_whole()
    {
        var head = await HeadOfPartsAsync();
        List<LedgerEntry> overlapping = [Entry(0, 10), Entry(5, 15)];
        foreach (var damage in new Func<Task>[]
        {
            () => _samples.PutAsync(head.Parts[1].Key, "rot"u8.ToArray()),
            () => PutHeadAsync(head with { Parts = [head.Parts[0] with { Entries = 99 }, .. head.Parts.Skip(1)] }),
            () => PutHeadAsync(head with { Tail = overlapping, Parts = [] }),
            () => _samples.PutAsync(BackupKeys.Head(Backup), "{}"u8.ToArray()),
            () => _samples.Objects.DeleteAsync(head.Parts[0].Key, CancellationToken.None),
        })
        {
            await damage();
            var expected = await Assert.ThrowsAsync<StorageException>(() => LedgerReader.ReadAsync(_samples.Objects, Backup, CancellationToken.None));

            Assert.Equal(expected.Message, (await Assert.ThrowsAsync<StorageException>(() => WrittenAsync(_samples.Objects, null))).Message);
            head = await HeadOfPartsAsync();
        }
    }

    [Theory]
    [InlineData("z-0 a-10 a-0")]
    [InlineData("a-10 a-0 z-0")]
    public async Task Parts_whose_entries_are_not_in_order_are_read_whole(string order)
    {
        var head = await HeadOfPartsAsync();
        var lines = order.Split(' ').Select(entry => (Topic: entry[..1], From: int.Parse(entry[2..])))
            .Select(entry => $$$"""{"partition":0,"topic":"{{{entry.Topic}}}","base":{{{entry.From}}},"next":{{{entry.From + 10}}},"segment":{"key":"{{{entry.Topic}}}-{{{entry.From}}}","start":{{{entry.From}}},"end":{{{entry.From + 9}}},"min_ts":1,"max_ts":2,"records":10,"raw":3,"size":2}}""");
        var stored = LedgerLines.Pack(Encoding.UTF8.GetBytes(string.Join("\n", lines)));
        await _samples.PutAsync("part", stored);
        await PutHeadAsync(head with { Parts = [new PartReference("part", Convert.ToHexStringLower(SHA256.HashData(stored)), 3, "a", "z")], Tail = [], Coverage = null });
        var expected = Whole((await _samples.ReadAsync())!, null);

        Assert.Equal(Text(expected), await WrittenAsync(_samples.Objects, null));
        Assert.Equal(["a", "z"], expected.Topics.Select(topic => topic.Name));
        Assert.Equal(Text(expected with { Topics = [expected.Topics[0]] }), await WrittenAsync(_samples.Objects, new HashSet<string> { "a" }));
    }

    /// <summary>A ledger of three parts, as at first.</summary>
    private async Task<Head> HeadOfPartsAsync()
    {
        foreach (var key in _samples.Keys())
        {
            await _samples.Objects.DeleteAsync(key, CancellationToken.None);
        }

        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1);
        await writer.ClaimAsync(CancellationToken.None);
        for (var from = 0; from < 30; from += 10)
        {
            await writer.CommitAsync([Entry(from, from + 10)], CancellationToken.None);
        }

        return writer.Ledger.Head;
    }

    private Task PutHeadAsync(Head head) => _samples.PutAsync(BackupKeys.Head(Backup), HeadCodec.Write(head));
}
