using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire;

public sealed class WireReaderTests
{
    private static readonly RequestHeader ApiVersions = new(ApiKey.ApiVersions, 3, 1, null);

    [Fact]
    public void Unknown_tagged_fields_are_skipped()
    {
        var read = (ApiVersionsRequest)Read(ApiVersions, "02 61 02 62" + "02 05 03 FFFFFF 7F 00");

        Assert.Equal(("a", "b"), (read.ClientSoftwareName, read.ClientSoftwareVersion));
    }

    [Theory]
    [InlineData("02 61 02 62" + "02 05 00 05 00", "tag 5 follows 5")]
    [InlineData("02 61 02 62" + "01 05 09 00", "9 bytes of tag 5 cannot fit into 1")]
    [InlineData("02 61 02 62" + "FFFFFFFF0F", "1 bytes are needed and 0 are left")]
    [InlineData("02 61 02 62" + "FFFFFFFF1F", "a varint has more than 32 bits")]
    [InlineData("00 02 62 00", "its length is -1")]
    [InlineData("02 C3 02 62 00", "it is not UTF-8")]
    [InlineData("7F 61", "126 bytes are needed and 1 are left")]
    [InlineData("", "1 bytes are needed and 0 are left")]
    public void A_fault_is_named_with_its_place(string body, string problem)
    {
        var exception = Assert.Throws<WireFormatException>(() => Read(ApiVersions, body));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Position, 0, body.Length);
    }

    [Theory]
    [InlineData("FFFFFFFE", "its number of items is -2")]
    [InlineData("00000002 0001 61", "2 bytes are needed and 0 are left")]
    [InlineData("00000002", "2 items cannot fit into 0 bytes")]
    [InlineData("00000001 FFFF", "its length is -1")]
    public void Lists_and_texts_of_older_versions_are_checked_too(string body, string problem)
    {
        var exception = Assert.Throws<WireFormatException>(() => Read(new RequestHeader(ApiKey.Metadata, 1, 1, null), body));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_list_is_null_only_where_the_version_has_null()
    {
        Assert.Null(((MetadataRequest)Read(new RequestHeader(ApiKey.Metadata, 1, 1, null), "FFFFFFFF")).Topics);
        Assert.Throws<WireFormatException>(() => Read(new RequestHeader(ApiKey.Metadata, 0, 1, null), "FFFFFFFF"));
    }

    [Fact]
    public void Records_are_a_view_of_the_frame_and_no_copy()
    {
        var header = new RequestHeader(ApiKey.Produce, 9, 1, null);
        var frame = Convert.FromHexString("00 0001 00000000 02 02 61 02 00000000 04 AABBCC 00 00 00".Replace(" ", "", StringComparison.Ordinal));

        var request = (ProduceRequest)WireFrames.ReadRequest(new WireReader(frame), header);

        var records = request.Topics[0].Partitions[0].Records!.ToMemory();
        Assert.True(records.Span.Overlaps(frame));
        Assert.Equal("AABBCC", Convert.ToHexString(records.Span));
    }

    [Fact]
    public void Left_over_bytes_behind_an_answer_are_a_fault()
    {
        var header = new RequestHeader(ApiKey.EndTxn, 1, 7, null);

        Assert.Throws<WireFormatException>(() => WireFrames.ReadResponse(new WireReader(Convert.FromHexString("00000007 00000000 0000 00".Replace(" ", "", StringComparison.Ordinal))), header));
    }

    [Fact]
    public void An_answer_to_another_request_is_a_fault()
    {
        var exception = Assert.Throws<WireFormatException>(
            () => WireFrames.ReadResponse(new WireReader(Convert.FromHexString("00000008")), new RequestHeader(ApiKey.EndTxn, 1, 7, null)));

        Assert.Contains("8 answers another request than 7", exception.Message, StringComparison.Ordinal);
    }

    private static IWireStruct Read(RequestHeader header, string hex) =>
        WireFrames.ReadRequest(new WireReader(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))), header);
}
