using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Backups that OSO's tool wrote are restored to what an independent decoder found in them, each record once.</summary>
public sealed class RestoredGoldenTests : BrokerTest
{
    [Theory]
    [InlineData("transactions", Ok)]
    [InlineData("compacted", Ok)]
    [InlineData("lz4", Ok)]
    [InlineData("overlapping", Incomplete)] // One object is not what the manifest says of it.
    [InlineData("legacy", Ok)]
    public async Task What_is_stored_comes_back_without_markers_and_without_what_the_backup_appended(string sample, int exit)
    {
        var backup = NewBackupCalled(sample, []);
        CopyStore(sample, backup.Store);
        var manifest = Golden.Manifest(sample);

        (await backup.RestoreAsync(manifest.Topics.ToDictionary(topic => topic.Name, topic => Name(topic.Name)))).AssertExit(exit);

        var stored = Golden.Stored(sample).ToDictionary(segment => segment.Key, segment => segment.Records);
        foreach (var (topic, partition) in manifest.Topics.SelectMany(topic => topic.Partitions, (topic, partition) => (topic, partition)))
        {
            var expected = partition.Segments.SelectMany(segment => stored[segment.Key]).DistinctBy(record => record.Offset).OrderBy(record => record.Offset)
                .Where(record => !IsMarker(record)).Select((record, number) => Restored(record, number).ToString());
            var there = await Broker.ReadAsync(new PartitionId(Name(topic.Name), partition.PartitionId));
            Assert.Equal(expected, there.Select(record => record.ToString()));
        }
    }

    private static bool IsMarker(TestRecord record) => record.Key is [0, 0, 0, 0 or 1] && record.Value is [0, 0, _, _, _, _];

    private static LogRecord Restored(TestRecord record, int offset)
    {
        var headers = record.Headers.Select(header => new LogHeader(System.Text.Encoding.UTF8.GetString(header.Name), header.Value)).ToList();
        var cluster = headers.Count > 0 && headers[^1].Name == "x-source-cluster" ? 1 : 0;
        var own = new LogRecord(record.Offset, record.Timestamp, null, null).WithOffsetHeaders().Headers;
        if (headers.Count >= 2 + cluster && $"{headers[^(2 + cluster)].Name}{Convert.ToHexString(headers[^(2 + cluster)].Value ?? [])}" == $"{own[0].Name}{Convert.ToHexString(own[0].Value!)}")
        {
            headers.RemoveRange(headers.Count - 2 - cluster, 2 + cluster);
        }

        return new LogRecord(offset, record.Timestamp, record.Key, record.Value, headers);
    }

    private static void CopyStore(string sample, string store)
    {
        foreach (var file in Directory.EnumerateFiles(Golden.StoreOf(sample), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(store, Path.GetRelativePath(Golden.StoreOf(sample), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
