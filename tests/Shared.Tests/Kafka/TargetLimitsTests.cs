using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Kafka;

public sealed class TargetLimitsTests
{
    [Theory]
    [InlineData("1000", 1_000)]
    [InlineData("9999999999", int.MaxValue)]
    [InlineData("0", 1)]
    [InlineData("many", TargetLimits.KafkaMessageBytes)]
    public void How_large_batches_a_topic_takes_is_known_by_its_settings(string setting, int bytes) =>
        Assert.Equal(bytes, TargetLimits.Of(new Dictionary<string, string> { ["max.message.bytes"] = setting }).MessageBytes);

    [Theory]
    [InlineData("lz4", RecordCodec.Lz4)]
    [InlineData("uncompressed", RecordCodec.None)]
    [InlineData("producer", null)]
    public void The_codec_of_a_topic_is_known_unless_it_keeps_what_comes(string setting, RecordCodec? codec) =>
        Assert.Equal(codec, TargetLimits.Of(new Dictionary<string, string> { ["compression.type"] = setting }).Codec);

    [Fact]
    public void Without_settings_a_topic_wants_what_Kafka_itself_does() => Assert.Equal(TargetLimits.Default, TargetLimits.Of(new Dictionary<string, string>()));
}
