namespace KafkaBackup.Benchmarks;

/// <summary>What a backup's configuration says.</summary>
/// <param name="Broker">Where to read.</param>
/// <param name="Topics">A topic's name, or a glob.</param>
internal sealed record BackupSetup(string Broker, string Topics)
{
    /// <summary>The segments' codec.</summary>
    public string Codec { get; init; } = "zstd";

    /// <summary><c>source.client</c>. Null leaves the key out.</summary>
    public string? Client { get; init; }

    /// <summary>Where the backup goes; null: into a directory.</summary>
    public BucketFolder? Bucket { get; init; }

    /// <summary>Further lines for the section <c>backup</c>.</summary>
    public IReadOnlyList<string> More { get; init; } = [];
}
