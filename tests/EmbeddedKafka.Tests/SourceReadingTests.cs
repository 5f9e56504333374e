using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>What the source's reader makes of answers that a broker rarely gives.</summary>
public sealed partial class SourceReadingTests : BrokerFixture
{
    private static readonly PartitionId Partition = new("orders", 0);
    private readonly ConcurrentQueue<ListOffsetsRequest> _asked;
    private readonly ConcurrentQueue<FetchRequest> _fetched;

    public SourceReadingTests()
        : this([], [])
    {
    }

    private SourceReadingTests(ConcurrentQueue<ListOffsetsRequest> asked, ConcurrentQueue<FetchRequest> fetched)
        : base(new EmbeddedBrokerOptions { Witness = request => Note(request, asked, fetched) }) => (_asked, _fetched) = (asked, fetched);

    /// <summary>A new leader knows its own log, and hears only with the next fetches of its followers how far they are.</summary>
    [Fact]
    public async Task An_end_before_the_ranges_is_not_taken_for_it()
    {
        const long known = 10;
        await FillAsync(batches: 2);
        var lies = 3;
        await using var proxy = new WireProxy(Broker.Port, answer =>
        {
            if (lies > 0)
            {
                answer.Records = Before(known, answer.Records);
                (answer.HighWatermark, answer.LastStableOffset) = (known, known);
                lies -= answer.Records.Length == 0 ? 1 : 0;
            }
        });
        using var source = NewSource(proxy.BootstrapServers);
        await using var stream = source.Open(Partition, new OffsetRange(0, 20));

        var read = await ReadAllAsync(stream);

        Assert.Equal(0, lies);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => ((long)i, $"value {i}")), read);
        Assert.Equal(20, stream.Position);
    }

    /// <summary>The client tells an end, and has heard since that there is more, before anybody looks at what it told.</summary>
    [Fact]
    public async Task An_end_that_is_looked_at_when_there_is_more_is_not_taken_for_it()
    {
        const int Batches = 1_650, All = 10 * Batches; // More than four of the reader's batches: it waits until one of them is taken.
        const long Known = All - 10;
        await FillAsync(Batches);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (hasLied, isTrue) = (false, false);
        await using var proxy = new WireProxy(Broker.Port, answer =>
        {
            if (isTrue)
            {
                if (answer.Records!.Length == 0)
                {
                    arrived.TrySetResult(); // The client asks behind the last record: it has taken in all that came before.
                }

                return;
            }

            answer.Records = Before(Known, answer.Records);
            (answer.HighWatermark, answer.LastStableOffset) = (Known, Known);
            (hasLied, isTrue) = (hasLied || answer.Records.Length > 0, hasLied && answer.Records.Length == 0);
        });
        using var source = NewSource(proxy.BootstrapServers, AnswerSize.Whole);
        await using var stream = source.Open(Partition, new OffsetRange(0, All));
        var first = (await stream.ReadAsync(CancellationToken.None))!;
        await arrived.Task.WaitAsync(TestLimits.Hang);
        var read = new List<(long Offset, string Value)>();
        while (first.MoveNext())
        {
            read.Add((first.Offset, Encoding.UTF8.GetString(first.Value.Bytes)));
        }

        await ReadAllAsync(stream, read);

        Assert.Equal(All, read.Count);
        Assert.Equal(All, stream.Position);
    }

    [Fact]
    public async Task A_range_that_goes_on_under_the_same_leader_costs_no_batch_before_it()
    {
        await FillAsync(batches: 3);
        var served = new ConcurrentQueue<long>();
        await using var proxy = new WireProxy(Broker.Port, answer =>
        {
            foreach (var batch in RecordBatches.OfFetch(answer.Records!.ToMemory()))
            {
                served.Enqueue(batch.Header.BaseOffset);
            }
        });
        using var source = NewSource(proxy.BootstrapServers);
        await using var stream = source.Open(Partition, new OffsetRange(10, 30), leaderEpoch: 0);

        var read = await ReadAllAsync(stream);

        Assert.Equal(Enumerable.Range(10, 20).Select(i => ((long)i, $"value {i}")), read);
        Assert.Equal([10, 20], served);
    }

    /// <summary>The log ends at the range's base, and grows under another leader while it is read.</summary>
    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 0L)] // The other leader's log is another from there on.
    public async Task What_comes_behind_an_end_at_the_base_is_compared_as_well(int epochBefore, long? divergedAt)
    {
        await FillAsync(batches: 2);
        var lies = 2;
        await using var proxy = new WireProxy(Broker.Port, answer =>
        {
            if (lies > 0)
            {
                answer.Records = Before(10, answer.Records);
                (answer.HighWatermark, answer.LastStableOffset) = (10, 10);
                lies -= answer.Records.Length == 0 ? 1 : 0;
                return;
            }

            answer.Records = WithEpochs(answer.Records, offset => offset < 10 ? epochBefore : 1);
        });
        using var source = NewSource(proxy.BootstrapServers);
        await using var stream = source.Open(Partition, new OffsetRange(10, 20), leaderEpoch: 0);
        var read = new List<(long Offset, string Value)>();

        var failure = await Record.ExceptionAsync(() => ReadAllAsync(stream, read));

        Assert.Equal((0, divergedAt), (lies, (failure as LogDivergedException)?.Offset));
        Assert.Equal(divergedAt is null ? Enumerable.Range(10, 10).Select(i => ((long)i, $"value {i}")) : [], read);
    }

    [Theory]
    [InlineData(22)] // The attributes, the first byte that the checksum covers.
    [InlineData(100)] // In the records.
    [InlineData(-1)] // The last byte.
    public async Task Nothing_is_handed_out_of_a_batch_in_which_a_bit_is_wrong_nor_of_what_follows_it(int at)
    {
        await FillAsync(batches: 3);
        await using var proxy = new WireProxy(Broker.Port, answer => answer.Records = WithWrongBit(answer.Records, batchAt: 10, at));
        using var source = NewSource(proxy.BootstrapServers);
        await using var stream = source.Open(Partition, new OffsetRange(0, 30));
        var read = new List<(long Offset, string Value)>();

        await Assert.ThrowsAsync<BackupException>(() => ReadAllAsync(stream, read));

        Assert.Equal(Enumerable.Range(0, read.Count).Select(i => ((long)i, $"value {i}")), read);
        Assert.InRange(read.Count, 0, 10);
        Assert.InRange(stream.Position, 0, 10);
    }

    /// <summary>The client learns the leader of a topic at once where it is asked for an offset of it, and else when a timer of a second fires.</summary>
    [Fact]
    public async Task A_reader_that_turns_to_another_topic_asks_for_its_leader()
    {
        var topics = Enumerable.Range(0, 20).Select(number => $"topic-{number}").ToList();
        using var producer = Producer();
        foreach (var topic in topics)
        {
            await CreateTopicAsync(topic);
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = [1] });
        }

        _asked.Clear();
        using var source = NewSource(Broker.BootstrapServers);
        foreach (var topic in topics)
        {
            await using var stream = source.Open(new PartitionId(topic, 0), new OffsetRange(0, 1));
            Assert.Single(await ReadAllAsync(stream));
        }

        Assert.Equal(topics, _asked.SelectMany(request => request.Topics).Select(topic => topic.Name).Distinct());
    }

    private static void Note(IWireStruct request, ConcurrentQueue<ListOffsetsRequest> asked, ConcurrentQueue<FetchRequest> fetched)
    {
        if (request is ListOffsetsRequest list)
        {
            asked.Enqueue(list);
        }
        else if (request is FetchRequest fetch)
        {
            fetched.Enqueue(fetch);
        }
    }

    /// <summary>Fills the partition with batches of ten records.</summary>
    private async Task FillAsync(int batches)
    {
        await CreateTopicAsync(Partition.Topic);
        using var producer = Producer(config => config.LingerMs = 60_000); // Until it is flushed.
        for (var i = 0; i < 10 * batches; i++)
        {
            producer.Produce(new TopicPartition(Partition.Topic, 0), new Message<byte[]?, byte[]?> { Value = Encoding.UTF8.GetBytes($"value {i}") });
            if (i % 10 == 9)
            {
                producer.Flush(Patience);
            }
        }
    }

    private static async Task<List<(long Offset, string Value)>> ReadAllAsync(IRecordStream stream, List<(long Offset, string Value)>? into = null)
    {
        var read = into ?? [];
        while (await stream.ReadAsync(CancellationToken.None) is { } records)
        {
            while (records.MoveNext())
            {
                read.Add((records.Offset, Encoding.UTF8.GetString(records.Value.Bytes)));
            }
        }

        return read;
    }

    /// <summary>The whole batches that end before an offset.</summary>
    private static RecordSet Before(long offset, RecordSet? records)
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        foreach (var batch in RecordBatches.OfFetch(records!.ToMemory()))
        {
            if (batch.Header.NextOffset <= offset)
            {
                kept.Add(batch.Bytes);
            }
        }

        return new RecordSet(kept);
    }

    /// <summary>The same batches, with one bit turned over in the one that begins at an offset, counted from its end if that is negative.</summary>
    private static RecordSet WithWrongBit(RecordSet? records, long batchAt, int at)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        foreach (var batch in RecordBatches.OfFetch(records!.ToMemory()))
        {
            var bytes = batch.Bytes.ToArray();
            if (batch.Header.BaseOffset == batchAt)
            {
                bytes[at < 0 ? bytes.Length + at : at] ^= 0x08;
            }

            all.Add(bytes);
        }

        return new RecordSet(all);
    }

    /// <summary>The same batches, with other leader epochs, which no checksum covers.</summary>
    private static RecordSet WithEpochs(RecordSet? records, Func<long, int> epochAt)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        foreach (var batch in RecordBatches.OfFetch(records!.ToMemory()))
        {
            var bytes = batch.Bytes.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), epochAt(batch.Header.BaseOffset));
            all.Add(bytes);
        }

        return new RecordSet(all);
    }

    private static KafkaRecordSource NewSource(string address, AnswerSize first = AnswerSize.OneBatch, TimeProvider? clock = null)
    {
        var configuration = ConfigurationLoader.Parse(
            $"""
            mode: backup
            backup_id: reading
            source:
              bootstrap_servers: ["{address}"]
              topics:
                include: ["*"]
            storage:
              backend: filesystem
              path: /nowhere
            """, "reading.yaml", _ => null);
        return new KafkaRecordSource(new KafkaClients(configuration, NullLogger<KafkaClients>.Instance) { FirstAnswer = first }, clock);
    }
}
