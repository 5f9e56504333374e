using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class StartOffsetReaderTests
{
    [Theory]
    [InlineData("!specific {orders: {0: 100, 2: 7}, pay.v1: {0: 0}}")]
    [InlineData("{specific: {orders: {0: 100, 2: 7}, pay.v1: {0: 0}}}")]
    [InlineData("!specific\n    orders:\n      0: 100\n      2: 7\n    pay.v1:\n      0: 0")]
    [InlineData("\n    specific:\n      orders:\n        0: 100\n        2: 7\n      pay.v1:\n        0: 0")]
    public void Specific_offsets_can_be_written_with_a_tag_or_a_key(string value)
    {
        var start = Read(value);

        Assert.Equal(
            new Dictionary<PartitionId, long> { [new("orders", 0)] = 100, [new("orders", 2)] = 7, [new("pay.v1", 0)] = 0 },
            start.Specific);
    }

    [Fact]
    public void Earliest_is_the_log_start() => Assert.Same(StartOffset.Earliest, Read("earliest"));

    [Fact]
    public void Latest_is_refused_as_it_never_meant_what_it_says()
    {
        var problem = Yaml.Problem(Yaml.With("backup.start_offset", "latest"));

        Assert.Equal(
            "must be earliest or !specific {topic: {partition: offset}}; OSO kafka-backup reads from the earliest offset with latest too, not 'latest'", problem.Message);
    }

    [Fact]
    public void A_variable_may_hold_the_word() =>
        Assert.Same(StartOffset.Earliest, Yaml.Parse(Yaml.With("backup.start_offset", "${A}"), ("A", "earliest")).Backup.StartOffset);

    [Fact]
    public void An_offset_may_come_from_a_variable() =>
        Assert.Equal(
            new Dictionary<PartitionId, long> { [new("t", 0)] = 5 },
            Yaml.Parse(Yaml.With("backup.start_offset", "!specific {t: {0: '${A}'}}"), ("A", "5")).Backup.StartOffset.Specific);

    [Fact]
    public void No_specific_offsets_at_all_means_earliest() => Assert.Empty(Read("!specific {}").Specific);

    [Theory]
    [InlineData("newest")]
    [InlineData("Latest")]
    [InlineData("5")]
    [InlineData("specific")]
    public void Any_other_word_is_refused(string value)
    {
        var problem = Yaml.Problem(Yaml.With("backup.start_offset", value));

        Assert.Equal(
            ("backup.start_offset", $"must be earliest or !specific {{topic: {{partition: offset}}}}, not '{value}'"),
            (problem.Path, problem.Message));
    }

    [Theory]
    [InlineData("!specific", "backup.start_offset", "must be a map of keys and values, not a single value")]
    [InlineData("!specific [a]", "backup.start_offset", "must be a map of keys and values, not a list")]
    [InlineData("!latest", "backup.start_offset", "must not have a YAML tag; a value that begins with '!' needs quotes")]
    [InlineData("[latest]", "backup.start_offset", "must be a text, not a list")]
    [InlineData("{}", "backup.start_offset.specific", "is required")]
    [InlineData("{specific: 5}", "backup.start_offset.specific", "must be a map of keys and values, not a single value")]
    [InlineData("{specific: {}, other: 1}", "backup.start_offset.other", "is no known key; known here: specific")]
    [InlineData("!specific {t: 5}", "backup.start_offset.t", "must be a map of keys and values, not a single value")]
    [InlineData("!specific {t: }", "backup.start_offset.t", "must be a map of keys and values, not a single value")]
    [InlineData("!specific {t: {a: 5}}", "backup.start_offset.t.a", "must be a partition number of 0 or more, without quotes")]
    [InlineData("!specific {t: {'0': 5}}", "backup.start_offset.t.0", "must be a partition number of 0 or more, without quotes")]
    [InlineData("!specific {t: {-1: 5}}", "backup.start_offset.t.-1", "must be a partition number of 0 or more, without quotes")]
    [InlineData("!specific {t: {2147483648: 5}}", "backup.start_offset.t.2147483648", "must be a partition number of 0 or more, without quotes")]
    [InlineData("!specific {t: {0: -1}}", "backup.start_offset.t.0", "must be a whole number of 0 or more, not '-1'")]
    [InlineData("!specific {t: {0: latest}}", "backup.start_offset.t.0", "must be a whole number of 0 or more, not 'latest'")]
    [InlineData("!specific {t: {0: }}", "backup.start_offset.t.0", "must be a whole number of 0 or more, not empty")]
    [InlineData("!specific {t: {0: 1, 0: 2}}", "backup.start_offset.t.0", "is given twice; the first is on line 10")]
    [InlineData("!specific {t: {}, t: {}}", "backup.start_offset.t", "is given twice; the first is on line 10")]
    public void A_wrong_form_is_refused(string value, string path, string message)
    {
        var problem = Yaml.Problem(Yaml.With("backup.start_offset", value));

        Assert.Equal((path, message), (problem.Path, problem.Message));
    }

    private static StartOffset Read(string value) => Yaml.Parse(Yaml.With("backup.start_offset", value)).Backup.StartOffset;
}
