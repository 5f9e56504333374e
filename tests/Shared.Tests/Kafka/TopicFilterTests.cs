using CsCheck;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Kafka;

public sealed class TopicFilterTests
{
    [Theory]
    [InlineData("orders-7", true)]
    [InlineData("my-orders-7", false)]
    [InlineData("orders-7.dlq", false)]
    [InlineData("users", true)]
    public void For_a_restore_what_begins_with_a_tilde_is_a_regular_expression(string topic, bool matches)
    {
        var filter = TopicFilter.OfRestore(new TopicsSection { Include = ["~^orders-[0-9]", "users"], Exclude = ["~dlq$"] });

        Assert.Equal(matches, filter.Matches(topic));
        Assert.Equal(["users"], filter.Literals);
    }

    [Fact]
    public void A_regular_expression_that_is_none_is_named() => Assert.StartsWith(
        "target.topics: '~(' is no regular expression: ", Assert.Throws<BackupException>(() => TopicFilter.OfRestore(new TopicsSection { Include = ["~("] })).Message, StringComparison.Ordinal);

    [Fact]
    public void No_inclusion_means_every_topic() => Assert.True(Filter().Matches("orders"));

    [Fact]
    public void A_topic_that_no_entry_includes_is_left_out() => Assert.False(Filter(include: ["orders", "pay*"]).Matches("users"));

    [Fact]
    public void One_of_several_entries_is_enough() => Assert.True(Filter(include: ["orders", "pay*"]).Matches("payments"));

    [Fact]
    public void Exclusion_wins() => Assert.False(Filter(include: ["orders"], exclude: ["ord*"]).Matches("orders"));

    [Fact]
    public void Exclusion_also_holds_when_nothing_is_included_by_name()
    {
        var filter = Filter(exclude: ["*.dlq"]);

        Assert.False(filter.Matches("orders.dlq"));
        Assert.True(filter.Matches("orders"));
    }

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("*", "")]
    [InlineData("*", "orders")]
    [InlineData("**", "orders")]
    [InlineData("ord*", "ord")]
    [InlineData("ord*", "orders")]
    [InlineData("*ers", "orders")]
    [InlineData("o*s", "orders")]
    [InlineData("*a*b*", "xxaxxbxx")]
    [InlineData("*ab", "aab")]
    [InlineData("*aab", "aaaab")]
    [InlineData("a*b*c", "abbcbc")]
    [InlineData("order?", "orders")]
    [InlineData("??????", "orders")]
    [InlineData("?*", "o")]
    [InlineData("*?", "o")]
    [InlineData("a.b", "a.b")]
    [InlineData("~orders", "~orders")]
    [InlineData("", "")]
    public void A_glob_matches_whole_names(string glob, string topic) => Assert.True(TopicFilter.IsMatch(glob, topic, out _));

    [Theory]
    [InlineData("orders", "orders2")]
    [InlineData("orders", "my-orders")]
    [InlineData("orders", "Orders")]
    [InlineData("ORD*", "orders")]
    [InlineData("order?", "order")]
    [InlineData("?", "")]
    [InlineData("*?", "")]
    [InlineData("o*x", "orders")]
    [InlineData("a*b*c", "abcb")]
    [InlineData("a.b", "axb")]
    [InlineData("[o]rders", "orders")]
    [InlineData("~ord.*", "orders")]
    [InlineData("", "orders")]
    public void A_glob_does_not_match_anything_else(string glob, string topic) => Assert.False(TopicFilter.IsMatch(glob, topic, out _));

    [Fact]
    public void Literals_are_the_included_entries_without_wildcards() =>
        Assert.Equal(["orders", "~x.y"], Filter(include: ["orders", "pay*", "user?", "~x.y", "orders"], exclude: ["dlq"]).Literals);

    [Fact]
    public void Many_stars_cost_no_more_steps_than_glob_times_name()
    {
        const string Glob = "*a*a*a*a*a*b";
        var topic = new string('a', 20_000);

        var matches = TopicFilter.IsMatch(Glob, topic, out var steps);

        Assert.False(matches);
        Assert.InRange(steps, 1, (Glob.Length + 1) * (topic.Length + 1));
    }

    [Fact]
    public void No_glob_costs_more_steps_than_glob_times_name() =>
        Gen.Select(Text("ab*?", 12), Text("ab", 40)).Sample((glob, topic) =>
        {
            TopicFilter.IsMatch(glob, topic, out var steps);
            return steps <= (glob.Length + 1) * (topic.Length + 1);
        });

    [Fact]
    public void A_glob_matches_what_its_definition_says() =>
        Gen.Select(Text("ab*?", 8), Text("ab", 10)).Sample((glob, topic) =>
            TopicFilter.IsMatch(glob, topic, out _) == ByDefinition(glob, topic));

    private static Gen<string> Text(string alphabet, int maxLength) =>
        Gen.OneOf(alphabet.ToCharArray()).Array[0, maxLength].Select(c => new string(c));

    private static bool ByDefinition(string glob, string text) => (glob, text) switch
    {
        ("", _) => text.Length == 0,
        (['*', .. var rest], _) => Enumerable.Range(0, text.Length + 1).Any(taken => ByDefinition(rest, text[taken..])),
        ([var first, .. var rest], [var character, ..]) => (first == '?' || first == character) && ByDefinition(rest, text[1..]),
        _ => false,
    };

    private static TopicFilter Filter(IReadOnlyList<string>? include = null, IReadOnlyList<string>? exclude = null) =>
        new(new TopicsSection { Include = include ?? [], Exclude = exclude ?? [] }, new BackupSection());

    [Theory]
    [InlineData(false, "", "orders", false, true)]
    [InlineData(false, "", "__consumer_offsets", true, false)]
    [InlineData(true, "", "__consumer_offsets", true, true)]
    [InlineData(true, "__transaction_state", "__consumer_offsets", true, false)]
    [InlineData(true, "__transaction_state", "__transaction_state", true, true)]
    [InlineData(true, "__transaction_state", "orders", false, true)]
    public void Internal_topics_are_let_through_on_request(bool isIncluded, string named, string topic, bool isInternal, bool expected) => Assert.Equal(
        expected,
        new TopicFilter(new TopicsSection(), new BackupSection { IncludesInternalTopics = isIncluded, InternalTopics = named.Length == 0 ? [] : [named] })
            .Admits(topic, isInternal));
}
