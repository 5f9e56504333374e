using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <content>What is told before anything is sent is what a topic does.</content>
public sealed partial class KafkaRecordSinkTests
{
    [Theory]
    [InlineData(RecordCodec.None, 4_920, false, true)]
    [InlineData(RecordCodec.None, 4_940, false, false)]
    [InlineData(RecordCodec.Zstd, 4_900, false, true)]
    [InlineData(RecordCodec.Zstd, 4_960, false, false)]
    [InlineData(RecordCodec.Zstd, 400_000, true, true)] // It compresses well.
    [InlineData(RecordCodec.Lz4, 400_000, true, true)]
    [InlineData(RecordCodec.None, 400_000, true, false)]
    public async Task A_record_is_said_to_fit_when_a_topic_takes_it(RecordCodec codec, int bytes, bool compresses, bool fits)
    {
        var value = new byte[bytes];
        new Random(7).NextBytes(compresses ? value.AsSpan(0, 100) : value);
        var (record, settings, limits) = (new RecordCopy(0, Time, null, value), new ProduceSettings { Compression = codec }, new TargetLimits(5_000));
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, [("max.message.bytes", $"{limits.MessageBytes}")]);
        using var sink = Sink(broker, settings);
        var writer = sink.Open(Partition, limits: limits);

        await writer.WriteAsync(record, CancellationToken.None);
        var failure = await Xunit.Record.ExceptionAsync(() => writer.CompleteAsync(CancellationToken.None));

        Assert.Equal((fits, fits), (failure is null, new RecordFit(settings).Fits(record, limits)));
        Assert.Contains(fits ? "" : "max.message.bytes", failure?.Message ?? "", StringComparison.Ordinal);
    }
}
