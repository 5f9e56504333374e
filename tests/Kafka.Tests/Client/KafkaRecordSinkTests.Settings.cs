using System.Collections.Concurrent;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <content>How records are compressed and acknowledged.</content>
public sealed partial class KafkaRecordSinkTests
{
    private static readonly RecordCopy Compressible = new(0, Time, null, new byte[1_000]);

    private readonly ConcurrentQueue<(short Acks, int TimeoutMs, BatchCodec Codec, int Bytes)> _sent = [];

    [Theory]
    [InlineData("lz4", RecordCodec.Zstd, BatchCodec.Lz4)]
    [InlineData("uncompressed", RecordCodec.Zstd, BatchCodec.None)]
    [InlineData("producer", RecordCodec.Gzip, BatchCodec.Gzip)]
    [InlineData(null, RecordCodec.Snappy, BatchCodec.Snappy)]
    [InlineData(null, null, BatchCodec.Zstd)]
    public async Task Batches_are_compressed_as_their_topic_wants_them_or_else_as_the_restore_does(string? topic, RecordCodec? restore, BatchCodec expected)
    {
        await using var broker = await WitnessedAsync();
        using var sink = Sink(broker, restore is { } codec ? new ProduceSettings { Compression = codec } : null);
        var writer = sink.Open(Partition, limits: topic is null ? null : TargetLimits.Of(new Dictionary<string, string> { ["compression.type"] = topic }));

        await writer.WriteAsync(Compressible, CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);

        Assert.Equal([expected], _sent.Select(sent => sent.Codec));
    }

    [Fact]
    public async Task Topics_of_several_codecs_are_written_to_side_by_side_and_cut_off_together()
    {
        await using var broker = await WitnessedAsync();
        var sink = Sink(broker);
        var first = sink.Open(Partition);
        await first.WriteAsync(Compressible, CancellationToken.None);
        await first.CompleteAsync(CancellationToken.None);
        var second = sink.Open(Partition, end: 1, limits: TargetLimits.Default with { Codec = RecordCodec.Gzip });
        await second.WriteAsync(Compressible, CancellationToken.None);
        await second.CompleteAsync(CancellationToken.None);

        sink.Dispose();
        sink.Dispose();

        Assert.Equal([BatchCodec.Zstd, BatchCodec.Gzip], _sent.Select(sent => sent.Codec));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await first.WriteAsync(Compressible, CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await second.WriteAsync(Compressible, CancellationToken.None));
    }

    [Theory]
    [InlineData(ProduceAcks.All, -1)]
    [InlineData(ProduceAcks.Leader, 1)]
    [InlineData(ProduceAcks.None, 0)]
    public async Task Brokers_are_asked_for_so_many_acknowledgements_and_what_not_all_replicas_have_is_not_noted(ProduceAcks acks, short expected)
    {
        const int Records = 2_500;
        await using var broker = await WitnessedAsync();
        using var sink = Sink(broker, new ProduceSettings { Acks = acks, Timeout = TimeSpan.FromMilliseconds(7_000) });
        var writer = sink.Open(Partition);
        for (var number = 0; number < Records; number++)
        {
            await writer.WriteAsync(Record(number, size: 10), CancellationToken.None);
        }

        Assert.Equal(Records, await writer.CompleteAsync(CancellationToken.None));

        Assert.Equal(acks == ProduceAcks.All ? new WrittenTo(Records, Records - 1) : null, writer.Written);
        Assert.Equal(Enumerable.Range(0, Records), (await ReadAsync(broker, Records)).Select(value => (int)value[0] + (256 * value[1])));
        Assert.NotEmpty(_sent);
        Assert.All(_sent, sent => Assert.Equal((expected, 7_000), (sent.Acks, sent.TimeoutMs)));
    }

    [Theory]
    [InlineData(50_000, 50_000)]
    [InlineData(TargetLimits.KafkaMessageBytes, TargetLimits.KafkaMessageBytes)]
    [InlineData(20_000_000, TargetLimits.KafkaMessageBytes)]
    public async Task Batches_are_no_larger_than_their_topic_takes(int takes, int most)
    {
        const int Size = 10_000, Records = 500;
        _isSilent = true;
        using var gate = new ManualResetEventSlim();
        await using var broker = await WitnessedAsync(answer => Hold(answer, gate));
        using var sink = Sink(broker);
        var writer = sink.Open(Partition, limits: new TargetLimits(takes));
        for (var number = 0; number < Records; number++)
        {
            await writer.WriteAsync(Record(number, Size), CancellationToken.None);
        }

        gate.Set(); // All but the first two batches had the time to be filled.

        Assert.Equal(Records, await writer.CompleteAsync(CancellationToken.None));
        Assert.InRange(_sent.Max(sent => sent.Bytes), most - (2 * Size), most);
    }

    /// <summary>A broker with the topic, of which is remembered what it is sent.</summary>
    private async Task<EmbeddedBroker> WitnessedAsync(Action<IWireStruct>? amend = null)
    {
        var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions
        {
            Amend = amend,
            Witness = request =>
            {
                if (request is ProduceRequest { Topics: [{ Partitions: [{ Records: { } records }] }] } produce)
                {
                    var batch = records.ToMemory().Span;
                    _sent.Enqueue((produce.Acks, produce.TimeoutMs, (BatchCodec)(batch[RecordBatchLayout.Attributes + 1] & RecordBatchLayout.CodecMask), batch.Length));
                }
            },
        });
        await MakeAsync(broker, []);
        return broker;
    }
}
