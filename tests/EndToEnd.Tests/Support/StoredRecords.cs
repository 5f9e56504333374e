using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>What a reader of OSO's format finds: the records of the segments that manifest.json names.</summary>
internal static class StoredRecords
{
    public static BackupManifest ReadManifest(TestBackup backup) => ManifestJson.Read(File.ReadAllBytes(backup.PathOf("manifest.json")), "manifest.json");

    /// <summary>Asserts that the manifest's segments hold exactly these records, with the headers that a backup appends by default, and nothing twice.</summary>
    public static void AssertExactly(TestBackup backup, ProducedRecords expected) =>
        AssertExactlyAsIs(backup, expected.Select(record => record.WithOffsetHeaders()));

    /// <summary>As <see cref="AssertExactly"/>, with the headers as given.</summary>
    public static void AssertExactlyAsIs(TestBackup backup, ProducedRecords expected)
    {
        var manifest = ReadManifest(backup);
        var found = manifest.Topics
            .SelectMany(topic => topic.Partitions, (topic, partition) => (Id: new PartitionId(topic.Name, partition.PartitionId), partition.Segments))
            .Where(partition => partition.Segments.Count > 0)
            .OrderBy(partition => partition.Id)
            .ToList();

        Assert.Equal(manifest.BackupId, backup.Id);
        Assert.Equal(expected.ByPartition.Where(partition => partition.Value.Count > 0).Select(partition => partition.Key), found.Select(partition => partition.Id));
        foreach (var (id, segments) in found)
        {
            var stored = segments.SelectMany(segment => ReadSegment(backup, segment)).Select(record => record.ToString()).ToList();
            var produced = expected.ByPartition[id].Select(record => record.ToString()).ToList();
            Assert.True(produced.SequenceEqual(stored, StringComparer.Ordinal), Difference(id, produced, stored));
        }
    }

    private static List<LogRecord> ReadSegment(TestBackup backup, ManifestSegment segment)
    {
        var bytes = File.ReadAllBytes(Path.Combine(backup.Store, segment.Key));
        using var reader = new SegmentReader(bytes, segment.Key);
        var records = new List<LogRecord>();
        while (reader.MoveNext())
        {
            var headers = new List<LogHeader>();
            while (reader.MoveNextHeader())
            {
                headers.Add(new LogHeader(System.Text.Encoding.UTF8.GetString(reader.HeaderName), ToArray(reader.HeaderValue)));
            }

            records.Add(new LogRecord(reader.Offset, reader.Timestamp, ToArray(reader.Key), ToArray(reader.Value), headers));
        }

        Assert.Equal((reader.StartOffset, reader.EndOffset, reader.RecordCount), (segment.StartOffset, segment.EndOffset, segment.RecordCount));
        Assert.Equal((segment.StartOffset, segment.EndOffset, segment.RecordCount), (records[0].Offset, records[^1].Offset, records.Count));
        Assert.Equal((segment.StartTimestamp, segment.EndTimestamp), (records.Min(record => record.Timestamp), records.Max(record => record.Timestamp)));
        Assert.Equal(segment.CompressedSize, bytes.Length);
        return records;
    }

    private static byte[]? ToArray(NullableSpan span) => span.IsNull ? null : span.Bytes.ToArray();

    private static string Difference(PartitionId partition, List<string> produced, List<string> stored)
    {
        var at = produced.Zip(stored).TakeWhile(pair => pair.Item1 == pair.Item2).Count();
        return $"{partition}: {produced.Count} records were produced and {stored.Count} are stored; they differ from number {at} on:"
            + $"\nproduced {produced.ElementAtOrDefault(at) ?? "nothing"}\nstored   {stored.ElementAtOrDefault(at) ?? "nothing"}";
    }
}
