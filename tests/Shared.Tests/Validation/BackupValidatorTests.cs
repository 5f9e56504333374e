using System.Text;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using KafkaBackup.Shared.Validation;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Validation;

/// <summary>Backups of many objects, which are listed.</summary>
public sealed class BackupValidatorTests
{
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task Many_objects_are_listed_and_only_those_that_are_not_found_so_are_asked_for()
    {
        const int many = 150, gone = 3, elsewhere = 4, shorter = 5;
        var entries = Enumerable.Range(0, many).Select(number => Entry(number, number + 1, number == elsewhere ? "elsewhere/s" : null)).ToArray();
        foreach (var entry in entries.Where(entry => entry.Range.Base != gone))
        {
            await _samples.PutAsync(entry.Segment!.Key, new byte[entry.Range.Base == shorter ? 19 : 20]);
        }

        await _samples.InOfficeAsync("w", entries);
        var store = new FaultyObjectStore(_samples.Objects);

        var report = await new BackupValidator(store).ValidateAsync(Backup.Value, isDeep: false, (_, _) => { }, CancellationToken.None);

        Assert.Equal(ValidationVerdict.Invalid, report.Verdict);
        var problems = string.Join("\n", report.Partitions.SelectMany(partition => partition.Problems));
        Assert.Contains("s-3 is missing", problems, StringComparison.Ordinal);
        Assert.Contains("s-5: size: the backup says 20 bytes, the object has 19.", problems, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", problems, StringComparison.Ordinal);
        Assert.Equal(
            ["b/topics/t/partition=0/s-3", "elsewhere/s"],
            store.Calls.Where(call => call.Operation == StoreOperation.Head && !call.Key.Contains("_cluster", StringComparison.Ordinal)).Select(call => call.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Topics_are_judged_together_or_alone_and_all_are_told()
    {
        const int topics = 9_000;
        var entries = Enumerable.Range(0, topics).Select(number => Entry(0, 1, partition: new PartitionId($"t{number}", 0))).ToArray();
        foreach (var entry in entries.Skip(1))
        {
            await _samples.PutAsync(entry.Segment!.Key, new byte[20]);
        }

        await _samples.InOfficeAsync("w", entries);
        var (told, most) = (0, 0);

        var report = await new BackupValidator(_samples.Objects).ValidateAsync(Backup.Value, isDeep: false, (done, all) =>
        {
            InterlockedMax(ref told, done);
            most = all;
        }, CancellationToken.None);

        Assert.Equal((topics, topics), (told, most));
        Assert.Equal(topics, report.Partitions.Count);
        Assert.Equal(report.Partitions.Select(partition => partition.Partition).Order(), report.Partitions.Select(partition => partition.Partition));
        Assert.Equal("t0:0", Assert.Single(report.Partitions, partition => partition.Problems.Count > 0).Partition.ToString());
    }

    [Fact]
    public async Task Pieces_of_a_partition_that_another_program_left_far_apart_are_judged_as_one()
    {
        string[] between = [.. Enumerable.Range(0, 5_000).Select(number => Topic($"t{number}", 0, 9))];
        await _samples.PutAsync(
            BackupKeys.Manifest(Backup),
            Encoding.UTF8.GetBytes($$"""{"backup_id":"b","created_at":1,"topics":[{{string.Join(",", [Topic("t", 0, 9), .. between, Topic("t", 5, 14)])}}]}"""));

        var report = await new BackupValidator(_samples.Objects).ValidateAsync(Backup.Value, isDeep: false, (_, _) => { }, CancellationToken.None);

        var judged = Assert.Single(report.Partitions, partition => partition.Partition == Partition);
        Assert.Equal((2, new OffsetRange(5, 10)), (judged.Segments, Assert.Single(judged.Overlaps)));

        static string Topic(string name, long from, long to) => $$$"""
            {"name":"{{{name}}}","partitions":[{"partition_id":0,"segments":[{"key":"{{{name}}}-{{{from}}}","start_offset":{{{from}}},"end_offset":{{{to}}},"start_timestamp":1,"end_timestamp":2,"record_count":10}]}]}
            """;
    }

    [Fact]
    public async Task A_manifest_that_comes_over_the_network_is_not_kept_waiting_while_objects_are_read()
    {
        var entry = Entry(0, 10);
        var writer = await _samples.InOfficeAsync("w", entry);
        await new ManifestPublisher(_samples.Objects).RenderAsync(writer, new ManifestPublisher.SourceLabels([], "none"), CancellationToken.None);
        var store = new FaultyObjectStore(_samples.Objects);
        var network = new NetworkStore(store);
        var wasOpen = new List<bool>();
        store.Decide = call =>
        {
            if (call.Key == entry.Segment!.Key)
            {
                wasOpen.Add(network.IsOpen);
            }

            return null;
        };

        await new BackupValidator(network).ValidateAsync(Backup.Value, isDeep: true, (_, _) => { }, CancellationToken.None);

        Assert.Equal([false], wasOpen);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
