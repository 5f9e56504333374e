using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>Keys of the section <c>backup</c> that need others, or exclude them.</summary>
public sealed class ContinuousKeysTests
{
    /// <summary>The keys that are tried here.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["backup.poll_interval_ms", "backup.internal_topics"];

    [Fact]
    public void A_continuous_run_looks_as_often_as_it_is_told() =>
        Assert.Equal(TimeSpan.FromMilliseconds(250), Read("continuous: true, poll_interval_ms: 250").PollInterval);

    [Fact]
    public void A_continuous_backup_is_incremental() =>
        Assert.True(Yaml.Parse(Yaml.With("backup.continuous", "true")).IsIncremental);

    [Fact]
    public void Internal_topics_can_be_named() =>
        Assert.Equal(["__consumer_offsets"], Read("include_internal_topics: true, internal_topics: [__consumer_offsets]").InternalTopics);

    [Theory]
    [InlineData("continuous: true, stop_at_current_offsets: true", "stop_at_current_offsets",
        "contradicts backup.continuous: a run either ends at the current offsets or never; remove one of them")]
    [InlineData("poll_interval_ms: 100", "poll_interval_ms", "is of no use without backup.continuous: true")]
    [InlineData("internal_topics: [a]", "internal_topics", "is of no use without backup.include_internal_topics: true")]
    [InlineData("compression: lz4, segment_max_bytes: 2147483649", "segment_max_bytes",
        "must be at most 2147483648 with compression lz4, as the format keeps the length of what is in a segment in 32 bits")]
    [InlineData("fetch_max_bytes: 8388609", "fetch_max_bytes", "must be a whole number from 1 to 8388608, not '8388609'")]
    public void What_does_not_go_together_is_refused(string keys, string key, string message)
    {
        var problem = Yaml.Problem($"{Yaml.Minimal}backup: {{{keys}}}\n");

        Assert.Equal(($"backup.{key}", message), (problem.Path, problem.Message));
    }

    private static BackupSection Read(string keys) => Yaml.Parse($"{Yaml.Minimal}backup: {{{keys}}}\n").Backup;
}
