namespace KafkaBackup.Shared.Storage;

/// <summary>An object as it was read: its bytes and the tag of that version.</summary>
/// <param name="Content">All bytes.</param>
/// <param name="ETag">The tag to name in <see cref="PutCondition.IfMatch"/>.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Content, ETag ETag);
