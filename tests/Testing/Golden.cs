using System.IO.Compression;
using System.Text;
using System.Text.Json;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.Testing;

/// <summary>Backups that OSO's tool wrote, and what an independent decoder found in them: <c>tests/golden</c>. A sample is called as its backup is.</summary>
public static class Golden
{
    /// <summary>The names of all samples.</summary>
    public static IReadOnlyList<string> Samples { get; } =
        [.. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Repository.Root, "tests", "golden");

    /// <summary>The directory that a backup was written to, as <c>storage.path</c> has it. It is the original: copy what is to be changed.</summary>
    public static string StoreOf(string sample) => Path.Combine(Folder, sample, "store");

    /// <summary>A file of the backup, by its key below the backup id.</summary>
    public static string FileOf(string sample, string name) => Path.Combine(StoreOf(sample), sample, name);

    /// <summary>The content of <see cref="FileOf"/>.</summary>
    public static byte[] Bytes(string sample, string name) => File.ReadAllBytes(FileOf(sample, name));

    /// <summary>An object of the backup, by its whole key.</summary>
    public static byte[] Object(string sample, string key) => File.ReadAllBytes(Path.Combine(StoreOf(sample), key));

    /// <summary>The manifest of the backup.</summary>
    public static BackupManifest Manifest(string sample) => ManifestJson.Read(Bytes(sample, "manifest.json"), $"{sample}/manifest.json");

    /// <summary>A text beside the backup: what the tool said of it, or what is right to say.</summary>
    public static string Text(string sample, string name) => File.ReadAllText(Path.Combine(Folder, sample, name));

    /// <summary>What the segments hold, in the order in which the manifest names them.</summary>
    public static IReadOnlyList<(string Key, IReadOnlyList<TestRecord> Records)> Stored(string sample)
    {
        var segments = new List<(string Key, IReadOnlyList<TestRecord> Records)>();
        var records = new List<TestRecord>();
        foreach (var line in Lines(sample, "stored.jsonl"))
        {
            var key = line.GetProperty("segment").GetString()!;
            if (segments.Count == 0 || segments[^1].Key != key)
            {
                records = [];
                segments.Add((key, records));
            }

            records.Add(Record(line));
        }

        return segments;
    }

    /// <summary>What the topics held after the last run, by partition, in order of offset.</summary>
    public static IReadOnlyDictionary<PartitionId, IReadOnlyList<TestRecord>> Source(string sample) => Lines(sample, "source.jsonl")
        .GroupBy(line => new PartitionId(line.GetProperty("topic").GetString()!, line.GetProperty("partition").GetInt32()), Record)
        .ToDictionary(partition => partition.Key, IReadOnlyList<TestRecord> (partition) => [.. partition]);

    private static IEnumerable<JsonElement> Lines(string sample, string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, sample, name + ".gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }

    private static TestRecord Record(JsonElement json) => new(
        json.GetProperty("offset").GetInt64(),
        json.GetProperty("timestamp").GetInt64(),
        Base64(json.GetProperty("key")),
        Base64(json.GetProperty("value")),
        [.. json.GetProperty("headers").EnumerateArray().Select(h => new TestHeader(Encoding.UTF8.GetBytes(h[0].GetString()!), Base64(h[1])))]);

    private static byte[]? Base64(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : json.GetBytesFromBase64();
}
