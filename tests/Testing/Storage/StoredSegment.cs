using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.Testing.Storage;

/// <summary>Segments of a backup, as a test wants them.</summary>
public static class StoredSegment
{
    /// <summary>Stores records as one segment.</summary>
    /// <returns>What a manifest says of it.</returns>
    public static async Task<ManifestSegment> StoreAsync(IObjectStore store, string key, TestRecords records)
    {
        var writer = new SegmentWriter(new SegmentSettings { Codec = CompressionCodec.None });
        var cursor = records.Cursor();
        while (cursor.MoveNext())
        {
            writer.Append(cursor);
        }

        using var stored = writer.Seal();
        await store.PutAsync(key, stored.Content, PutCondition.Overwrite, CancellationToken.None);
        return new ManifestSegment
        {
            Key = key,
            StartOffset = stored.Info.StartOffset,
            EndOffset = stored.Info.EndOffset,
            RecordCount = stored.Info.RecordCount,
            StartTimestamp = 0,
            EndTimestamp = 0,
        };
    }
}
