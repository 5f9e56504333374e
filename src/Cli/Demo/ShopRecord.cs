namespace KafkaBackup.Cli.Demo;

/// <summary>A record of the shop as a consumer reads it.</summary>
/// <param name="Offset">Its offset, which a restore changes.</param>
/// <param name="Key">Its key, for people.</param>
/// <param name="Content">All that a restore has to bring back: key, value, headers and timestamp.</param>
internal sealed record ShopRecord(long Offset, string Key, string Content);
