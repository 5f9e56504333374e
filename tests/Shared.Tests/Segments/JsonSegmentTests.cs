using System.Text;
using System.Text.Json;
using CsCheck;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Segments of releases of OSO's tool before there was KBAK, which are JSON, or become it when they are decompressed.</summary>
public sealed class JsonSegmentTests
{
    private const string Record = """{"key":"aw==","value":"dg==","headers":[{"key":"h","value":"eA=="}],"timestamp":5,"offset":7}""";

    private static readonly Gen<byte[]?> AnyBytes = Gen.Frequency((1, Gen.Const((byte[]?)null)), (5, Gen.Byte.Array[0, 60]!), (1, Gen.Byte.Array[1, 9_000]!));

    private static readonly Gen<TestHeader> AnyHeader =
        Gen.Select(Gen.OneOf(Gen.String[Gen.Char.AlphaNumeric, 0, 8], Gen.OneOf("\"", "\\/\n\u0001", "größe", "\U0001F600", "")), AnyBytes, (name, value) =>
            new TestHeader(Encoding.UTF8.GetBytes(name), value));

    private static readonly Gen<TestRecord> AnyRecord =
        Gen.Select(Gen.Long, Gen.Long, AnyBytes, AnyBytes, AnyHeader.Array[0, 5], (offset, timestamp, key, value, headers) =>
            new TestRecord(offset, timestamp, key, value, headers));

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    public void Whatever_was_written_is_read_again(CompressionCodec codec) =>
        AnyRecord.Array[0, 60].Sample(
            records =>
            {
                using var segment = SegmentRecords.Open(Stored(Json(records), codec), Segment.Key);
                Assert.Equal((codec, records.Length), (segment.Codec, segment.RecordCount));
                Assert.Equal(records.Select(r => r.ToString()), TestRecords.CopyAll(segment).Select(r => r.ToString()));
                Assert.False(segment.MoveNext());
            },
            iter: 200);

    [Fact]
    public void Records_are_whole_wherever_the_buffer_ends()
    {
        for (var size = 49_000; size < 49_200; size++)
        {
            var records = new TestRecords().Add([], new byte[size]).AddMany(3);

            Assert.Equal(4, Read(Json(records)).Count);
        }
    }

    [Fact]
    public void A_record_of_megabytes_is_read()
    {
        var records = new TestRecords().AddMany(2).Add(new byte[3_000_000], new byte[5_000_000]).AddMany(2);

        Assert.Equal(records.Select(r => r.ToString()), Read(Json(records), CompressionCodec.Zstd).Select(r => r.ToString()));
    }

    [Fact]
    public void Offsets_are_those_of_the_first_and_the_last_record()
    {
        using var segment = SegmentRecords.Open(Stored(Json(new TestRecords().Add("a", "1", offset: 70).Add("b", "2", offset: 3).Add("c", "3", offset: 50))), Segment.Key);

        Assert.Equal((3, 70, 50), (segment.RecordCount, segment.StartOffset, segment.EndOffset));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData(" \r\n\t[ ]\n")]
    public void An_empty_array_holds_no_records(string text)
    {
        using var segment = SegmentRecords.Open(Encoding.UTF8.GetBytes(text), Segment.Key);

        Assert.Equal((0, 0, -1, false), (segment.RecordCount, segment.StartOffset, segment.EndOffset, segment.MoveNext()));
    }

    [Theory]
    [InlineData("""{"offset":7,"timestamp":5}""", "7 at 5: null -> null []")]
    [InlineData("""{"offset":7,"timestamp":5,"headers":null,"key":null,"value":""}""", "7 at 5: null -> '' []")]
    [InlineData("""{"offset":7,"timestamp":5,"headers":[{"key":"h"}]}""", "7 at 5: null -> null ['aA=='=null]")]
    [InlineData("""{"offset":7,"timestamp":5,"headers":[{"value":null,"key":""},{"key":"h","value":""}]}""", "7 at 5: null -> null [''=null, 'aA=='='']")]
    [InlineData("""{"offset":-9223372036854775808,"timestamp":9223372036854775807}""", "-9223372036854775808 at 9223372036854775807: null -> null []")]
    [InlineData("""{"o\u0066fset":7,"timestamp":5,"k\u0065y":"a\u0077=="}""", "7 at 5: 'aw==' -> null []")]
    [InlineData("""{"offset":7,"partition":{"a":[1,{"key":2}]},"timestamp":5,"x":[[]],"x":1,"headers":[{"x":{},"key":"h","value":null}]}""", "7 at 5: null -> null ['aA=='=null]")]
    public void Fields_may_be_absent_null_unknown_or_escaped(string record, string expected) =>
        Assert.Equal(expected, Assert.Single(Read($"[{record}]")).ToString());

    [Fact]
    public void Headers_can_be_walked_again()
    {
        using var segment = SegmentRecords.Open(Encoding.UTF8.GetBytes($"[{Record}]"), Segment.Key);
        segment.MoveNext();
        var first = TestRecords.Copy(segment).ToString();

        Assert.Equal(first, TestRecords.Copy(segment).ToString());
        Assert.False(segment.MoveNextHeader());
        Assert.False(segment.MoveNextHeader());
    }

    [Theory]
    [InlineData("", "it is neither a KBAK segment nor the JSON array of an older release")]
    [InlineData(" ", "it is neither a KBAK segment nor the JSON array of an older release")]
    [InlineData("KBA", "it is neither a KBAK segment nor the JSON array of an older release")]
    [InlineData("{}", "it is neither a KBAK segment nor the JSON array of an older release")]
    [InlineData("KBAK", "it has 4 bytes, fewer than header and footer take")]
    [InlineData("[7]", "record 1 of its JSON is no object")]
    [InlineData("[" + Record + ",[]]", "record 2 of its JSON is no object")]
    [InlineData("""[{"offset":7}]""", "record 1 of its JSON has no offset or no timestamp")]
    [InlineData("""[{"timestamp":7}]""", "record 1 of its JSON has no offset or no timestamp")]
    [InlineData("""[{"offset":7.5}]""", "record 1 of its JSON has an offset or a timestamp that is no number of 64 bits")]
    [InlineData("""[{"timestamp":9223372036854775808}]""", "record 1 of its JSON has an offset or a timestamp that is no number of 64 bits")]
    [InlineData("""[{"timestamp":"7"}]""", "record 1 of its JSON has an offset or a timestamp that is no number of 64 bits")]
    [InlineData("""[{"offset":null}]""", "record 1 of its JSON has an offset or a timestamp that is no number of 64 bits")]
    [InlineData("""[{"offset":7,"offset":7}]""", "record 1 of its JSON has the field offset twice")]
    [InlineData("""[{"key":7}]""", "record 1 of its JSON has bytes that are no text")]
    [InlineData("""[{"value":["a"]}]""", "record 1 of its JSON has bytes that are no text")]
    [InlineData("""[{"key":"a*=="}]""", "record 1 of its JSON has bytes that are no base64")]
    [InlineData("""[{"key":"aw="}]""", "record 1 of its JSON has bytes that are no base64")]
    [InlineData("""[{"headers":{}}]""", "record 1 of its JSON has headers that are no array")]
    [InlineData("""[{"headers":[7]}]""", "record 1 of its JSON has a header that is no object")]
    [InlineData("""[{"headers":[{"value":""}]}]""", "record 1 of its JSON has a header without a key")]
    [InlineData("""[{"headers":[{"key":null}]}]""", "record 1 of its JSON has a header whose key is no text")]
    [InlineData("""[{"headers":[{"key":"a","key":"a"}]}]""", "record 1 of its JSON has the field key twice")]
    public void What_is_no_array_of_records_is_damage(string text, string because) =>
        Assert.Equal($"{Segment.Key} is damaged: {because}.", AssertDamaged(Encoding.UTF8.GetBytes(text)).Message);

    [Theory]
    [InlineData("[")]
    [InlineData("[" + Record)]
    [InlineData("[" + Record + ",")]
    [InlineData("[" + Record + ",]")]
    [InlineData("[" + Record + "]]")]
    [InlineData("[" + Record + "] 1")]
    [InlineData("[" + Record + "][]")]
    [InlineData("[" + Record + " " + Record + "]")]
    [InlineData("[// no\n]")]
    [InlineData("""[{"headers":[{"key":"\ud800"}]}]""")]
    public void What_is_no_JSON_is_damage(string text) =>
        Assert.StartsWith($"{Segment.Key} is damaged: record ", AssertDamaged(Encoding.UTF8.GetBytes(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_header_name_that_is_no_UTF8_is_damage() =>
        AssertDamaged([.. """[{"headers":[{"key":"a"""u8, 0xff, .. "\"}]}]"u8]);

    [Fact]
    public void Depth_is_damage_and_not_the_end_of_the_process()
    {
        AssertDamaged(Encoding.UTF8.GetBytes(new string('[', 3_000_000)));
        AssertDamaged(Encoding.UTF8.GetBytes("""[{"x":""" + new string('[', 3_000_000)));
    }

    [Fact]
    public void An_array_cut_short_anywhere_is_damaged()
    {
        var json = Json(new TestRecords().AddMany(3));
        var zstd = Stored(json, CompressionCodec.Zstd);

        Assert.All(Enumerable.Range(0, json.Length), length => AssertDamaged(json[..length]));
        Assert.All(Enumerable.Range(0, zstd.Length), length => AssertDamaged(zstd[..length]));
    }

    [Fact]
    public void A_frame_of_something_else_is_damage() =>
        Assert.Equal($"{Segment.Key} is damaged: its JSON is no array.", AssertDamaged(Stored("{}"u8.ToArray(), CompressionCodec.Zstd)).Message);

    [Fact]
    public void A_damaged_frame_is_damage() =>
        Assert.StartsWith(
            $"{Segment.Key} is damaged: its content cannot be decompressed (", AssertDamaged([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5]).Message, StringComparison.Ordinal);

    [Fact]
    public void Many_records_take_no_more_memory_than_one()
    {
        var stored = Stored(Json(new TestRecords().AddMany(20_000)), CompressionCodec.Zstd);
        Walk(stored);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Walk(stored);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);

        static void Walk(byte[] stored)
        {
            using var segment = SegmentRecords.Open(stored, Segment.Key);
            while (segment.MoveNext())
            {
            }
        }
    }

    [Fact]
    public void A_KBAK_segment_is_opened_by_the_same_door()
    {
        var records = new TestRecords().AddMany(4);

        foreach (var codec in Enum.GetValues<CompressionCodec>())
        {
            using var segment = SegmentRecords.Open(Segment.Bytes(Segment.Bare with { Codec = codec }, records), Segment.Key);

            Assert.Equal((codec, 4, 0, 3), (segment.Codec, segment.RecordCount, segment.StartOffset, segment.EndOffset));
            Assert.Equal(records.Select(r => r.ToString()), TestRecords.CopyAll(segment).Select(r => r.ToString()));
        }
    }

    internal static byte[] Json(IEnumerable<TestRecord> records) => JsonSerializer.SerializeToUtf8Bytes(records.Select(r => new
    {
        key = r.Key,
        value = r.Value,
        headers = r.Headers.Select(h => new { key = Encoding.UTF8.GetString(h.Name), value = h.Value }),
        timestamp = r.Timestamp,
        offset = r.Offset,
    }));

    private static byte[] Stored(byte[] json, CompressionCodec codec = CompressionCodec.None) =>
        codec == CompressionCodec.Zstd ? Segment.StreamedFrame(json) : json;

    private static IReadOnlyList<TestRecord> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<TestRecord> Read(byte[] json, CompressionCodec codec = CompressionCodec.None)
    {
        using var segment = SegmentRecords.Open(Stored(json, codec), Segment.Key);
        return TestRecords.CopyAll(segment);
    }

    private static StorageException AssertDamaged(byte[] stored)
    {
        var e = Assert.Throws<StorageException>(() => SegmentRecords.Open(stored, Segment.Key).Dispose());
        Assert.Equal(Segment.Key, e.Key);
        Assert.StartsWith($"{Segment.Key} is damaged: ", e.Message, StringComparison.Ordinal);
        return e;
    }
}
