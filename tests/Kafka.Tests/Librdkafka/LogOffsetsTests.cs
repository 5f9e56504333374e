using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class LogOffsetsTests
{
    private static readonly TopicPartition Partition = new("orders", 3);

    [Fact]
    public void An_answer_without_offset_and_without_error_is_that_of_a_leader_that_went_away()
    {
        var answer = LogOffsets.Checked(new TopicPartitionOffsetError(Partition, Offset.Unset, new Error(ErrorCode.NoError)));

        Assert.True(SourceFailures.IsPassing(answer.Error.Code));
    }

    [Theory]
    [InlineData(0, ErrorCode.NoError)]
    [InlineData(17, ErrorCode.NoError)]
    [InlineData(-1001, ErrorCode.TopicAuthorizationFailed)]
    public void Any_other_answer_stands(long offset, ErrorCode code)
    {
        var answer = new TopicPartitionOffsetError(Partition, offset, new Error(code));

        Assert.Same(answer, LogOffsets.Checked(answer));
    }
}
