namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source.topics</c>: globs that choose topics (<c>*</c> any run, <c>?</c> one character, whole name, case matters).</summary>
public sealed record TopicsSection
{
    /// <summary><c>include</c>: names or globs. Default: empty, which means all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary><c>exclude</c>: names or globs; wins over <see cref="Include"/>. Default: empty.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
