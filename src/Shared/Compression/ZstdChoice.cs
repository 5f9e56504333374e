namespace KafkaBackup.Shared.Compression;

/// <summary>The engine that this process compresses and decompresses with.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="WhyNotNative">Why it is not the native library, as the end of a sentence; null: it is.</param>
/// <param name="IsForced">Whether somebody wants that engine; else it was found out which one can be had.</param>
public sealed record ZstdChoice(IZstdEngine Engine, string? WhyNotNative, bool IsForced);
