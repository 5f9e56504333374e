using System.Text;
using System.Text.Json;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class HeadCodecTests
{
    private const string Key = "b/_cluster/head.json";

    private static readonly Head Full = new()
    {
        Epoch = 3,
        Seq = 9,
        Writer = "host-1/42",
        CreatedAt = 1_795_539_789_694,
        SourceClusterId = "cluster",
        Change = 8,
        Tail = [Entry(0, 10), Gap(10, 20), new LedgerEntry { Partition = new PartitionId("ünï", 12), Range = new OffsetRange(5, 6) }],
        Parts = [new PartReference("b/_cluster/parts/1", "abc", 5, "a", "t")],
        Topics = "b/_cluster/topics/1",
        Rendered = new RenderMark(7, 6, "etag"),
        IsClosed = true,
        UncleanSince = 2,
    };

    [Fact]
    public void A_head_comes_back_as_it_was()
    {
        var read = HeadCodec.Read(HeadCodec.Write(Full), Key);

        Assert.Equal(Full.Tail, read.Tail);
        Assert.Equal(Full.Parts, read.Parts);
        Assert.Equal(Full, read with { Tail = Full.Tail, Parts = Full.Parts });
    }

    [Fact]
    public void A_head_without_anything_optional_comes_back_as_it_was()
    {
        var bare = new Head { Epoch = 1, Seq = 1, Writer = "w", CreatedAt = 1 };

        var read = HeadCodec.Read(HeadCodec.Write(bare), Key);

        Assert.Equal(bare, read with { Tail = bare.Tail, Parts = bare.Parts });
        Assert.Empty(read.Tail);
        Assert.Empty(read.Parts);
    }

    [Fact]
    public void A_head_of_a_newer_format_is_refused_with_a_sentence()
    {
        var failure = Assert.Throws<StorageException>(() => HeadCodec.Read("""{"format":2,"tail":"something new"}"""u8, Key));

        Assert.Equal(
            $"{Key} has format 2, and this program knows formats up to 1. Use the newer program that wrote it; nothing was changed.", failure.Message);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public void Each_name_in_a_head_is_documented()
    {
        var documented = File.ReadAllText(Path.Combine(Repository.Root, "docs/format.md"));
        using var head = JsonDocument.Parse(HeadCodec.Write(Full));

        Assert.All(Names(head.RootElement).Distinct(StringComparer.Ordinal), name => Assert.Matches($"`{name}(\\[\\])?`", documented));

        static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Names(property.Value).Prepend(property.Name)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
            _ => [],
        };
    }

    [Fact]
    public void A_head_that_is_cut_off_is_refused_wherever_it_ends()
    {
        var stored = HeadCodec.Write(Full);

        for (var length = 0; length < stored.Length; length++)
        {
            var failure = Assert.Throws<StorageException>(() => HeadCodec.Read(stored.AsSpan(0, length), Key));
            Assert.StartsWith($"{Key} is damaged", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_head_with_a_changed_byte_is_read_or_refused_and_never_fails_otherwise()
    {
        var stored = HeadCodec.Write(Full);

        for (var at = 0; at < stored.Length; at++)
        {
            foreach (var value in "\0\"-{}[],:9n\xFF"u8)
            {
                var changed = stored.ToArray();
                changed[at] = value;
                var failure = Record.Exception(() => HeadCodec.Read(changed, Key));
                Assert.True(failure is null or StorageException, $"byte {at} as {value}: {failure}");
            }
        }
    }

    [Theory]
    [InlineData("""{"topic":"t","partition":0,"base":-5,"next":3}""")]
    [InlineData("""{"topic":"t","partition":0,"base":5,"next":5}""")]
    [InlineData("""{"topic":"t","partition":0,"base":5}""")]
    [InlineData("null")]
    public void A_head_with_an_impossible_entry_is_damaged(string entry)
    {
        var stored = Encoding.UTF8.GetBytes(Json(Full with { Tail = [] }).Replace("\"tail\":[]", $"\"tail\":[{entry}]", StringComparison.Ordinal));

        Assert.StartsWith($"{Key} is damaged", Assert.Throws<StorageException>(() => HeadCodec.Read(stored, Key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_with_a_null_for_a_part_is_damaged()
    {
        var stored = Encoding.UTF8.GetBytes(Json(Full with { Parts = [] }).Replace("\"parts\":[]", "\"parts\":[null]", StringComparison.Ordinal));

        Assert.StartsWith($"{Key} is damaged", Assert.Throws<StorageException>(() => HeadCodec.Read(stored, Key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_are_not_known_are_passed_over()
    {
        var stored = Encoding.UTF8.GetBytes(Json(Full).Replace("{\"format\":1", "{\"later\":{\"a\":[1]},\"format\":1", StringComparison.Ordinal));

        Assert.Equal(Full.Seq, HeadCodec.Read(stored, Key).Seq);
    }

    [Fact]
    public void Topics_come_back_sorted_by_name()
    {
        var empty = new TopicFacts("b", 2) { EmptyFrom = new Dictionary<int, long> { [1] = 500, [0] = 0 } };

        var read = HeadCodec.ReadTopics(HeadCodec.WriteTopics([empty, new TopicFacts("a", 1, "id")]), Key);

        Assert.Equal([new TopicFacts("a", 1, "id"), empty], read);
        Assert.NotEqual(new TopicFacts("b", 2), read[1]);
    }

    [Fact]
    public void Settings_that_are_all_defaults_are_told_from_settings_that_are_not_known()
    {
        var defaults = new TopicFacts("a", 1) { ReplicationFactor = 3, Configurations = new Dictionary<string, string>() };
        var own = defaults with { Name = "b", Configurations = new Dictionary<string, string> { ["segment.ms"] = "7", ["retention.ms"] = "5" } };

        var read = HeadCodec.ReadTopics(HeadCodec.WriteTopics([defaults, own, new TopicFacts("c", 1)]), Key);

        Assert.Equal([defaults, own, new TopicFacts("c", 1)], read);
        Assert.NotEqual(defaults, read[0] with { Configurations = null });
        Assert.NotEqual(own, read[1] with { Configurations = new Dictionary<string, string> { ["segment.ms"] = "8", ["retention.ms"] = "5" } });
        Assert.NotEqual(own, read[1] with { ReplicationFactor = 1 });
    }

    [Fact]
    public void A_topics_object_of_an_older_program_reads() => Assert.Equal(
        [new TopicFacts("a", 1, "id")], HeadCodec.ReadTopics("""{"format":1,"topics":[{"name":"a","partitions":1,"topic_id":"id"}]}"""u8, Key));

    [Theory]
    [InlineData("""{"format":9}""", "has format 9")]
    [InlineData("""{"format":1}""", "is damaged")]
    [InlineData("""[]""", "is damaged")]
    [InlineData("""{}""", "is damaged")]
    public void Topics_that_cannot_be_read_are_refused(string stored, string reason) => Assert.Contains(
        reason, Assert.Throws<StorageException>(() => HeadCodec.ReadTopics(Encoding.UTF8.GetBytes(stored), Key)).Message, StringComparison.Ordinal);

    private static string Json(Head head) => Encoding.UTF8.GetString(HeadCodec.Write(head));
}
