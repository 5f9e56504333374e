using KafkaBackup.Shared.Ledger;
using Xunit;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class SourceIdentityTests
{
    [Fact]
    public void A_topic_made_anew_is_named_by_ids_as_Kafka_writes_them()
    {
        var told = SourceIdentity.Conflict(new TopicFacts("orders", 1, "ABjxc+v4TCGghNOb1mqnIA"), new TopicFacts("orders", 1, "jvh62J4ZSpi/UEJWAnMAww"));

        Assert.Contains("its id was ABjxc-v4TCGghNOb1mqnIA and is jvh62J4ZSpi_UEJWAnMAww", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_with_the_same_id_or_without_one_is_the_same()
    {
        var facts = new TopicFacts("orders", 1, "ABjxc+v4TCGghNOb1mqnIA");

        Assert.Null(SourceIdentity.Conflict(facts, facts with { Partitions = 2 }));
        Assert.Null(SourceIdentity.Conflict(facts with { TopicId = null }, facts));
        Assert.Null(SourceIdentity.Conflict(facts, facts with { TopicId = null }));
        Assert.Null(SourceIdentity.Conflict(null, facts));
    }

    [Fact]
    public void A_zero_id_is_none()
    {
        var facts = new TopicFacts("orders", 1, "ABjxc+v4TCGghNOb1mqnIA");
        var zero = facts with { TopicId = "AAAAAAAAAAAAAAAAAAAAAA" };

        Assert.Null(SourceIdentity.Conflict(zero, facts));
        Assert.Null(SourceIdentity.Conflict(facts, zero));
        Assert.Equal(facts, facts.MergedWith(zero));
        Assert.Equal(facts, zero.MergedWith(facts));
    }

    [Theory]
    [InlineData(null, "a")]
    [InlineData("a", null)]
    [InlineData(null, null)]
    [InlineData("a", "a")]
    public void A_cluster_whose_id_is_not_known_is_no_other(string? known, string? now) => Assert.Null(SourceIdentity.Conflict(known, now));
}
