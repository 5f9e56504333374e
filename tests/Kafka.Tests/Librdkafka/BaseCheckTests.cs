using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class BaseCheckTests
{
    private static readonly BaseCheck Check = new(Base: 110, Epoch: 4);

    [Theory]
    [InlineData(109, 4, nameof(BaseVerdict.Same))]      // The known record itself.
    [InlineData(109, 5, nameof(BaseVerdict.Diverged))]  // Another in its place.
    [InlineData(109, 3, nameof(BaseVerdict.Diverged))]
    [InlineData(110, 4, nameof(BaseVerdict.Same))]      // Written by the same leader, behind it.
    [InlineData(115, 3, nameof(BaseVerdict.Diverged))]  // Epochs never fall.
    [InlineData(110, 5, nameof(BaseVerdict.LookBack))]  // Another leader, that may have had the known record or not.
    [InlineData(109, null, nameof(BaseVerdict.Same))]   // A source without epochs.
    public void The_first_record_at_or_behind_the_offset_before_the_base_tells(long offset, int? epoch, string verdict) =>
        Assert.Equal(verdict, Check.JudgeFirst(offset, epoch).ToString());

    [Theory]
    [InlineData(4, nameof(BaseVerdict.Same))]
    [InlineData(5, nameof(BaseVerdict.Diverged))]
    [InlineData(3, nameof(BaseVerdict.Same))] // The known one may have been compacted away.
    public void The_last_record_before_the_base_tells_when_the_first_does_not(int? epoch, string verdict) =>
        Assert.Equal(verdict, Check.JudgeLast(epoch).ToString());
}
