namespace KafkaBackup.Shared.Storage;

/// <summary>What a listing or a HEAD tells of an object.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ETag">Its tag; null in listings of stores that would have to read the object for it.</param>
public sealed record ObjectProperties(string Key, long Size, ETag? ETag);
