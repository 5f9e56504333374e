using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Backup;

public sealed class ConfigurationReadsTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Topics_that_were_asked_for_are_fresh_for_an_hour()
    {
        var (reads, _) = ConfigurationReads.None.Note(Asked("a", "b"), Start);
        (reads, _) = reads.Note(Asked(), Start.AddMinutes(1));
        (reads, _) = reads.Note(Asked("c"), Start.AddMinutes(30));

        Assert.Equal(["a", "b", "c"], reads.Fresh(Start.AddMinutes(59)).Order(StringComparer.Ordinal));
        Assert.Empty(reads.Fresh(Start.AddMinutes(60)));
        Assert.Empty(ConfigurationReads.None.Fresh(Start));
    }

    [Fact]
    public void A_new_round_replaces_the_topics_of_the_last()
    {
        var (reads, _) = ConfigurationReads.None.Note(Asked("a", "gone"), Start);
        (reads, _) = reads.Note(Asked("a", "b"), Start.AddMinutes(60));

        Assert.Equal(["a", "b"], reads.Fresh(Start.AddMinutes(119)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_problem_is_told_once_and_again_when_it_had_gone()
    {
        var (reads, news) = ConfigurationReads.None.Note(Asked("a") with { ConfigurationProblem = "No." }, Start);
        Assert.Equal("No.", news);
        (reads, news) = reads.Note(Asked("a") with { ConfigurationProblem = "No." }, Start.AddHours(1));
        Assert.Null(news);
        (reads, news) = reads.Note(Asked("a"), Start.AddHours(2));
        Assert.Null(news);
        (_, news) = reads.Note(Asked("a") with { ConfigurationProblem = "No." }, Start.AddHours(3));
        Assert.Equal("No.", news);
    }

    private static SourceDiscovery Asked(params string[] topics) =>
        new("cluster", [], new Dictionary<PartitionId, PartitionBounds>()) { Configured = topics };
}
