using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <summary>Records arrive once and in order, or it is told which one did not, and why.</summary>
public sealed partial class KafkaRecordSinkTests
{
    private const long Time = 1_700_000_000_000;

    private static readonly PartitionId Partition = new("restored", 0);

    private int _lies;
    private volatile bool _isSilent;

    [Fact]
    public async Task What_is_sent_again_arrives_once_and_in_order()
    {
        _lies = 3;
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Amend = Lie });
        await MakeAsync(broker, []);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition, limits: Batches(2_000));

        for (var number = 0; number < 500; number++)
        {
            await writer.WriteAsync(Record(number, size: 100), CancellationToken.None);
        }

        Assert.Equal(500, await writer.CompleteAsync(CancellationToken.None));
        Assert.Equal(0, _lies);
        Assert.Equal(Enumerable.Range(0, 500), (await ReadAsync(broker)).Select(value => (int)value[0] + (256 * value[1])));
    }

    [Fact]
    public async Task A_record_that_the_topic_does_not_take_is_named_with_its_size_and_what_to_do()
    {
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, [("max.message.bytes", "5000")]);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition, limits: Batches(2_000));
        await writer.WriteAsync(Record(1, size: 100), CancellationToken.None);
        await writer.WriteAsync(Record(2, size: 50_000), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.CompleteAsync(CancellationToken.None));

        Assert.Equal(FailureKind.Source, failure.Kind);
        Assert.StartsWith("restored:0 does not take the record of offset 2 at the source, of 50,000 bytes: raise max.message.bytes of topic 'restored'", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupException>(async () => await writer.WriteAsync(Record(3, size: 1), CancellationToken.None));
    }

    [Fact]
    public async Task Of_a_batch_that_is_refused_all_records_before_the_one_that_is_not_taken_arrive_and_none_behind_it()
    {
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, [("max.message.bytes", "5000")]);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        for (var number = 0; number < 40; number++)
        {
            await writer.WriteAsync(Record(number, size: number == 20 ? 50_000 : 100), CancellationToken.None);
        }

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.CompleteAsync(CancellationToken.None));

        Assert.StartsWith("restored:0 does not take the record of offset 20 at the source", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new WrittenTo(20, 19), writer.Written);
        Assert.Equal(20, (await ReadAsync(broker, 20)).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_time_arrives_as_it_was(long time)
    {
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, []);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        await writer.WriteAsync(Record(1, size: 10, time), CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);

        using var source = new KafkaRecordSource(TestClients.For(broker.BootstrapServers));
        await using var stream = source.Open(Partition, new OffsetRange(0, 1));
        var cursor = await stream.ReadAsync(CancellationToken.None);

        Assert.True(cursor!.MoveNext());
        Assert.Equal(time, cursor.Timestamp);
    }

    [Fact]
    public async Task What_arrives_elsewhere_than_behind_the_last_record_is_told()
    {
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, []);
        using var sink = Sink(broker);
        var first = sink.Open(Partition);
        for (var number = 0; number < 3; number++)
        {
            await first.WriteAsync(Record(number, size: 100), CancellationToken.None);
        }

        await first.CompleteAsync(CancellationToken.None);
        Assert.Equal(new WrittenTo(3, 2), first.Written);
        var second = sink.Open(Partition, end: 2); // As it was before somebody else wrote.
        await second.WriteAsync(Record(7, size: 100), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackupException>(() => second.CompleteAsync(CancellationToken.None));

        Assert.StartsWith("The record of offset 7 at the source arrived at offset 3 of restored:0", failure.Message, StringComparison.Ordinal);
        Assert.Null(second.Written);
    }

    [Fact]
    public async Task A_time_that_the_topic_does_not_take_is_named()
    {
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, [("message.timestamp.before.max.ms", "1000")]);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        await writer.WriteAsync(Record(7, size: 10), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.CompleteAsync(CancellationToken.None));

        Assert.StartsWith($"restored:0 does not take the time {Time} (ms since 1970) of the record of offset 7", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500_000, 1_000_000, 34)] // Then 16 MiB are on their way.
    [InlineData(10, 1, 512)] // However little they hold, batches are so many at most.
    public async Task Who_gives_up_waiting_for_room_is_let_go(int size, int batch, int room)
    {
        _isSilent = true;
        using var gate = new ManualResetEventSlim();
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Amend = answer => Hold(answer, gate) });
        await MakeAsync(broker, []);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition, limits: Batches(batch));
        using var stop = new CancellationTokenSource();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (var number = 0; ; number++)
            {
                await writer.WriteAsync(Record(number, size), stop.Token);
                Interlocked.Increment(ref sent);
            }
        });
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        while (Volatile.Read(ref sent) < room)
        {
            await Task.Delay(10, limit.Token);
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TestLimits.Hang));
        gate.Set();
        Assert.Equal(room, await writer.CompleteAsync(CancellationToken.None));
    }

    private static RecordCopy Record(int number, int size, long time = Time)
    {
        var value = new byte[size];
        new Random(number).NextBytes(value); // What counts at the broker is the compressed size.
        (value[0], value[^1]) = ((byte)number, (byte)number);
        if (size > 1)
        {
            value[1] = (byte)(number / 256);
        }

        return new RecordCopy(number, time, null, value);
    }

    private static async Task MakeAsync(EmbeddedBroker broker, (string Key, string Value)[] settings)
    {
        using var maker = new KafkaTopicMaker(TestClients.For(broker.BootstrapServers));
        Assert.Empty(await maker.CreateAsync(new NewTopic(Partition.Topic, 1, 1, settings.ToDictionary(setting => setting.Key, setting => setting.Value)), CancellationToken.None));
    }

    private static KafkaRecordSink Sink(EmbeddedBroker broker, ProduceSettings? settings = null) => new(TestClients.For(broker.BootstrapServers), settings);

    /// <summary>Has batches of at most so many bytes made, whatever the topic takes.</summary>
    private static TargetLimits Batches(int bytes) => new(bytes + 1_024);

    private static async Task<List<byte[]>> ReadAsync(EmbeddedBroker broker, int records = 500)
    {
        using var catalog = new KafkaTopicCatalog(TestClients.For(broker.BootstrapServers));
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        while ((await catalog.GetBoundsAsync([Partition], LogEnd.HighWatermark, limit.Token))[Partition].HighWatermark < records)
        {
            await Task.Delay(10, limit.Token); // What nobody acknowledges may be on its way.
        }

        using var source = new KafkaRecordSource(TestClients.For(broker.BootstrapServers));
        await using var stream = source.Open(Partition, new OffsetRange(0, records));
        var values = new List<byte[]>();
        while (await stream.ReadAsync(CancellationToken.None) is { } batch)
        {
            while (batch.MoveNext())
            {
                values.Add(batch.Value.Bytes.ToArray());
            }
        }

        return values;
    }

    /// <summary>Says of some batches that are in the log that they may not be.</summary>
    private void Lie(IWireStruct answer)
    {
        if (answer is ProduceResponse produced && _lies > 0)
        {
            _lies--;
            produced.Topics.ForEach(topic => topic.Partitions.ForEach(partition => partition.ErrorCode = KafkaError.NotEnoughReplicasAfterAppend));
        }
    }

    private void Hold(IWireStruct answer, ManualResetEventSlim gate)
    {
        if (answer is ProduceResponse && _isSilent)
        {
            gate.Wait(TestLimits.Hang);
        }
    }
}
