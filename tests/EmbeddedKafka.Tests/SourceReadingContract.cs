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
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>What a reader of the source makes of answers that a broker rarely gives.</summary>
public abstract class SourceReadingContract : BrokerFixture
{
    protected static readonly PartitionId Partition = new("orders", 0);
    private protected ConcurrentQueue<ListOffsetsRequest> Asked { get; }
    private readonly ConcurrentQueue<FetchRequest> _fetched;

    protected SourceReadingContract()
        : this([], [])
    {
    }

    private SourceReadingContract(ConcurrentQueue<ListOffsetsRequest> asked, ConcurrentQueue<FetchRequest> fetched)
        : base(new EmbeddedBrokerOptions { Witness = request => Note(request, asked, fetched) }) => (Asked, _fetched) = (asked, fetched);

    /// <summary>The configuration of a source at an address.</summary>
    private protected static KafkaClients ClientsFor(string address, AnswerSize first = AnswerSize.OneBatch)
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
        return new KafkaClients(configuration, NullLogger<KafkaClients>.Instance) { FirstAnswer = first };
    }

    /// <summary>The source that is tried.</summary>
    protected abstract IRecordSource NewSource(string address);

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

    /// <summary>Brokers before 3.8 give up fetching from remote storage when the wait of a request is over, and begin anew with the next.</summary>
    [Fact]
    public async Task A_leader_that_needs_time_for_what_lies_in_remote_storage_is_given_it()
    {
        const int needed = 400;
        await FillAsync(batches: 2);
        await using var proxy = new WireProxy(Broker.Port, answer =>
        {
            if (_fetched.Last().MaxWaitMs < needed)
            {
                answer.Records = new RecordSet([]);
            }
        });
        using var source = NewSource(proxy.BootstrapServers);
        await using var stream = source.Open(Partition, new OffsetRange(0, 20));

        var read = await ReadAllAsync(stream);

        Assert.Equal(20, read.Count);
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
    protected async Task FillAsync(int batches)
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

    private protected static async Task<List<(long Offset, string Value)>> ReadAllAsync(IRecordStream stream, List<(long Offset, string Value)>? into = null)
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
    private protected static RecordSet Before(long offset, RecordSet? records)
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
}
