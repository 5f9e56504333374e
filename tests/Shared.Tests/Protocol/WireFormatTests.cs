using System.Text;
using System.Text.Json;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using Xunit;

namespace KafkaBackup.Shared.Tests.Protocol;

public sealed class WireFormatTests
{
    public static TheoryData<string> Names => [.. WireExamples.All.Select(example => example.Name)];

    public static TheoryData<int> SparseOnes => [.. Enumerable.Range(0, WireExamples.Sparse.Count)];

    [Fact]
    public void Every_wire_message_is_in_the_table_and_nothing_else() => Assert.Equal(
        typeof(IWireMessage).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IWireMessage)) && !type.IsAbstract).Select(type => type.FullName).Order(),
        WireFormat.Types.Select(type => type.FullName).Order());

    [Fact]
    public void Every_message_of_the_table_has_an_example_here() => Assert.Equal(
        WireFormat.Types.Select(type => type.FullName).Order(), WireExamples.All.Select(example => example.Message.GetType().FullName).Order());

    [Fact]
    public void Names_are_unique() => Assert.Equal(WireExamples.All.Count, WireExamples.All.Select(example => example.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_never_changes(string name) => Assert.Equal(name, WireFormat.NameOf(Example(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_comes_back_as_it_was(string name) => AssertComesBack(Example(name));

    [Theory]
    [MemberData(nameof(SparseOnes))]
    public void A_message_with_members_absent_comes_back_as_it_was(int index) => AssertComesBack(WireExamples.Sparse[index]);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_tells_nothing_about_our_types(string name) =>
        Assert.DoesNotContain("KafkaBackup", Encoding.UTF8.GetString(WireFormat.Write(Example(name))), StringComparison.Ordinal);

    [Fact]
    public void The_largest_messages_are_far_below_the_limit_of_a_frame()
    {
        var topics = Enumerable.Range(0, LedgerProtocol.MaxTopics)
            .Select(number => new TopicFacts(new string('t', 245) + $"{number:D4}", 1000, Guid.Empty.ToString()));
        var failures = Enumerable.Repeat(new Fault(FailureKind.Source, new string('m', 1000), IsRetryable: false), BackupProtocol.BackupFinished.MaxFailures);

        Assert.InRange(WireFormat.Write(new LedgerProtocol.RecordSource(new BackupId("b"), new RunId("r"), "c", [.. topics])).Length, 0, 100_000);
        Assert.InRange(WireFormat.Write(new BackupProtocol.BackupFinished(new BackupId("b"), new RunId("r")) { Failures = [.. failures] }).Length, 0, 32_768);
    }

    [Theory]
    [InlineData(1, 25_000, 0)]
    [InlineData(500, 100, 0)]
    [InlineData(90, 1_990, 0)]
    [InlineData(201, 0, 0)]
    [InlineData(1_000, 0, 2)]
    [InlineData(1_000, 0, 24)]
    [InlineData(90, 1_990, 24)]
    [InlineData(3, 25_000, 24)]
    public void Topics_with_many_empty_partitions_or_settings_are_cut_into_messages_that_fit_and_lack_none(int topics, int empty, int settings)
    {
        var facts = Enumerable.Range(0, topics).Select(number => new TopicFacts(new string('t', 245) + $"{number:D4}", 30_000, Guid.Empty.ToString())
        {
            ReplicationFactor = 3,
            Configurations = Enumerable.Range(0, settings)
                .ToDictionary(setting => $"message.timestamp.difference.max.{setting}", _ => $"{long.MaxValue}"),
            EmptyFrom = empty == 0 ? null : Enumerable.Range(0, empty).ToDictionary(partition => partition, partition => 10_000_000_000L + partition),
        }).ToList();

        var batches = TopicBatches.Of(facts).ToList();

        Assert.All(batches, batch => Assert.InRange(WireFormat.Write(new LedgerProtocol.RecordSource(new BackupId("b"), new RunId("r"), "c", batch)).Length, 0, 110_000));
        Assert.Equal(facts, batches.SelectMany(batch => batch).GroupBy(topic => topic.Name).Select(same => same.Aggregate((known, topic) => topic.MergedWith(known))));
    }

    [Fact]
    public void Settings_of_the_usual_kind_take_hardly_more_messages()
    {
        var facts = Enumerable.Range(0, 1_000).Select(number => new TopicFacts($"orders-{number:D4}", 10, Guid.Empty.ToString())
        {
            ReplicationFactor = 3,
            Configurations = new Dictionary<string, string>
            {
                ["cleanup.policy"] = "compact",
                ["retention.ms"] = "604800000",
                ["min.insync.replicas"] = "2",
            },
        });

        Assert.InRange(TopicBatches.Of(facts).Count(), 5, 7);
    }

    [Fact]
    public void The_longest_settings_there_are_fit_into_a_message()
    {
        var facts = new TopicFacts(new string('t', 249), 30_000, Guid.Empty.ToString())
        {
            Configurations = Enumerable.Range(0, 24).ToDictionary(
                setting => $"message.timestamp.difference.max.{setting}", _ => new string('ä', Shared.Oso.TopicConfigurationKeys.MaxValueLength)),
            EmptyFrom = Enumerable.Range(0, 2_001).ToDictionary(partition => partition, partition => 10_000_000_000L + partition),
        };

        Assert.All(TopicBatches.Of([facts, facts with { Name = "other" }]), batch =>
        {
            Assert.NotEmpty(batch);
            Assert.InRange(WireFormat.Write(new LedgerProtocol.RecordSource(new BackupId("b"), new RunId("r"), "c", batch)).Length, 0, 110_000);
        });
    }

    [Fact]
    public void An_order_with_more_ranges_than_a_message_holds_fits_and_leaves_none_out()
    {
        var ranges = Enumerable.Range(0, 20_000).Select(number => new OffsetRange(long.MaxValue - 100_000 + (2 * number), long.MaxValue - 99_999 + (2 * number))).ToList();
        var order = RangePages.Order(ranges);
        var (page, hasMore) = RangePages.First(ranges);

        Assert.Equal(RangePages.Most, order.Count);
        Assert.Equal(ranges[^1].Next, order[^1].Next);
        Assert.All(ranges, range => Assert.Contains(order, part => part.Base <= range.Base && range.Next <= part.Next));
        Assert.Equal(ranges.Take(RangePages.Most), page);
        Assert.True(hasMore);
        Assert.Same(page, RangePages.Order(page));
        var message = new PartitionProtocol.AssignPartition(new PartitionKey(new BackupId("b"), new PartitionId(new string('t', 249), 99_999)), new AssignmentId(new RunId("r"), 1), order, null)
        {
            Definition = new string('d', 32 * 1024),
        };
        Assert.InRange(WireFormat.Write(message).Length, 0, 110_000);
    }

    [Fact]
    public void An_unknown_name_is_refused_as_a_newer_programs()
    {
        var failure = Assert.Throws<ArgumentException>(() => WireFormat.Read("{}"u8, "p.assign.99"));

        Assert.Contains("p.assign.99", failure.Message, StringComparison.Ordinal);
        Assert.Contains("newer program", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_type_is_refused()
    {
        Assert.Throws<ArgumentException>(() => WireFormat.NameOf("text"));
        Assert.Throws<ArgumentException>(() => WireFormat.Write("text"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"backup":"nightly"}""")]
    [InlineData("""{"backup":null,"run":{"value":"r"}}""")]
    [InlineData("""{"backup":"../etc","run":{"value":"r"}}""")]
    [InlineData("""{"backup":"nightly","run":"r"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_message_that_is_no_such_message_is_refused(string json) =>
        Assert.Throws<JsonException>(() => WireFormat.Read(Encoding.UTF8.GetBytes(json), "b.start.1"));

    [Fact]
    public void The_word_null_is_no_message() => Assert.Throws<ArgumentException>(() => WireFormat.Read("null"u8, "b.start.1"));

    [Fact]
    public void Members_of_a_newer_program_are_passed_over() => Assert.Equal(
        new BackupProtocol.StopBackup(new BackupId("nightly")), WireFormat.Read("""{"backup":"nightly","reason":"because"}"""u8, "b.stop.1"));

    private static object Example(string name) => WireExamples.All.Single(example => example.Name == name).Message;

    private static void AssertComesBack(object message)
    {
        var bytes = WireFormat.Write(message);
        var back = WireFormat.Read(bytes, WireFormat.NameOf(message));

        Assert.IsType(message.GetType(), back);
        Assert.Equivalent(message, back, strict: true);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(WireFormat.Write(back)));
    }
}
