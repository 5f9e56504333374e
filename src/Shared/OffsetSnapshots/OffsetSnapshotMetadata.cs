using System.Text.Json;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>What a list tells of an offset snapshot, without its offsets: <c>metadata.json</c> beside it, in OSO's form.</summary>
public sealed record OffsetSnapshotMetadata
{
    /// <summary>Its name.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many groups it has.</summary>
    public required long GroupCount { get; init; }

    /// <summary>How many offsets, over all groups.</summary>
    public required long OffsetCount { get; init; }

    /// <summary>The restore before which it was taken. Written by others only.</summary>
    public string? RestoreId { get; init; }

    /// <summary>What its user says of it.</summary>
    public string? Description { get; init; }

    /// <summary>The object's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, OffsetSnapshotJson.Default.OffsetSnapshotMetadata);

    /// <summary>Reads the object's content.</summary>
    /// <exception cref="StorageException">It is none.</exception>
    public static OffsetSnapshotMetadata Read(ReadOnlySpan<byte> content, string key)
    {
        try
        {
            return JsonSerializer.Deserialize(content, OffsetSnapshotJson.Default.OffsetSnapshotMetadata) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new StorageException(key, $"'{key}' cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
