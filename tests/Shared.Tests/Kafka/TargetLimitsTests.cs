using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Kafka;

public sealed class TargetLimitsTests
{
    private const long Now = 1_700_000_000_000;

    [Theory]
    [InlineData("max.message.bytes", "1000", 900, Now, true)]
    [InlineData("max.message.bytes", "2000", 900, Now, false)]
    [InlineData("message.timestamp.before.max.ms", "1000", 1, Now - 1000, true)]
    [InlineData("message.timestamp.before.max.ms", "1000", 1, Now - 900, false)]
    [InlineData("message.timestamp.after.max.ms", "1000", 1, Now + 1000, true)]
    [InlineData("message.timestamp.after.max.ms", "1000", 1, Now + 900, false)]
    [InlineData("cleanup.policy", "delete,compact", 1, Now, false)] // It has a key.
    public void What_a_topic_may_refuse_is_known_by_its_settings(string setting, string value, int bytes, long time, bool mayRefuse) => Assert.Equal(
        mayRefuse, TargetLimits.Of(new Dictionary<string, string> { [setting] = value }).MayRefuse(new OutgoingRecord([1], new byte[bytes], time, [], 0), Now));

    [Fact]
    public void A_topic_that_is_compacted_refuses_records_without_a_key() =>
        Assert.True(TargetLimits.Of(new Dictionary<string, string> { ["cleanup.policy"] = "compact" }).MayRefuse(new OutgoingRecord(null, [1], Now, [], 0), Now));

    [Theory]
    [InlineData("lz4", RecordCodec.Lz4)]
    [InlineData("uncompressed", RecordCodec.None)]
    [InlineData("producer", null)]
    public void The_codec_of_a_topic_is_known_unless_it_keeps_what_comes(string setting, RecordCodec? codec) =>
        Assert.Equal(codec, TargetLimits.Of(new Dictionary<string, string> { ["compression.type"] = setting }).Codec);

    [Fact]
    public void Without_settings_only_what_is_larger_than_a_broker_takes_is_refused()
    {
        Assert.False(TargetLimits.Default.MayRefuse(new OutgoingRecord(null, new byte[1_000_000], 0, [], 0), Now));
        Assert.True(TargetLimits.Default.MayRefuse(new OutgoingRecord(null, new byte[1_048_588], Now, [], 0), Now));
    }
}
