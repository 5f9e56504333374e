using System.Buffers.Binary;
using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <content>What is repeated, and what is not.</content>
public sealed partial class KafkaRecordSinkTests
{
    private readonly ConcurrentQueue<(long Producer, int Sequence)> _batches = [];

    [Theory]
    [InlineData(ProduceAcks.All)]
    [InlineData(ProduceAcks.Leader)]
    public async Task A_batch_whose_answer_is_lost_is_found_in_the_log_and_not_sent_again(ProduceAcks acks)
    {
        _lies = 3;
        await using var broker = await CountedAsync(answer =>
        {
            if (answer is ProduceResponse && _lies-- > 0)
            {
                throw new IOException("The connection breaks.");
            }
        });
        using var sink = Sink(broker, new ProduceSettings { Acks = acks });
        var writer = sink.Open(Partition, limits: Batches(2_000));

        await WriteSlowlyAsync(writer, 500);

        Assert.True(_lies < 0);
        Assert.Equal(Enumerable.Range(0, 500), (await ReadAsync(broker)).Select(value => (int)value[0] + (256 * value[1])));
        if (acks == ProduceAcks.All)
        {
            Assert.Equal(_batches.Count, _batches.Distinct().Count()); // A broker that has forgotten the producer would take one twice.
        }
    }

    [Fact]
    public async Task A_batch_that_has_not_arrived_is_sent_again_with_the_same_numbers()
    {
        var losses = 2;
        await using var broker = await CountedAsync(_ => { }, request =>
        {
            if (request is ProduceRequest && losses-- > 0)
            {
                throw new IOException("The connection breaks.");
            }
        });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition, limits: Batches(2_000));

        await WriteSlowlyAsync(writer, 500);

        Assert.Equal(Enumerable.Range(0, 500), (await ReadAsync(broker)).Select(value => (int)value[0] + (256 * value[1])));
        Assert.Equal(_batches.Count - 2, _batches.Distinct().Count());
    }

    [Fact]
    public async Task What_replicas_lack_is_waited_for_and_not_sent_again()
    {
        _lies = 1;
        var lags = 2;
        await using var broker = await CountedAsync(answer =>
        {
            Lie(answer);
            if (answer is ListOffsetsResponse { Topics: [{ Partitions: [var partition] }] } && lags-- > 0)
            {
                partition.Offset = 0;
            }
        });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);

        await WriteSlowlyAsync(writer, 10);

        Assert.True(lags <= 0);
        Assert.Equal(new WrittenTo(10, 9), writer.Written);
        Assert.Equal(_batches.Count, _batches.Distinct().Count());
    }

    [Fact]
    public async Task A_leader_that_has_lost_records_is_told()
    {
        await using var broker = await CountedAsync(answer =>
        {
            Lie(answer);
            if (answer is OffsetForLeaderEpochResponse { Topics: [{ Partitions: [var partition] }] })
            {
                partition.EndOffset = 3;
            }
        });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        await WriteSlowlyAsync(writer, 10);
        _lies = 1;
        await writer.WriteAsync(Record(10, size: 100), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.CompleteAsync(CancellationToken.None));

        Assert.StartsWith("The record of offset 10 at the source arrived at offset 3 of restored:0", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new WrittenTo(10, 9), writer.Written);
    }

    [Fact]
    public async Task Whom_a_leader_knows_otherwise_than_it_should_begins_anew_as_another_producer()
    {
        _lies = 1;
        await using var broker = await CountedAsync(answer =>
        {
            if (answer is ProduceResponse { Topics: [{ Partitions: [var partition] }] } && _lies-- > 0)
            {
                partition.ErrorCode = KafkaError.OutOfOrderSequenceNumber;
            }
        });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        for (var number = 0; number < 2; number++)
        {
            await writer.WriteAsync(Record(number, size: 100), CancellationToken.None);
            await writer.CompleteAsync(CancellationToken.None);
        }

        Assert.Equal([0, 0], _batches.Select(batch => batch.Sequence));
        Assert.Equal(2, _batches.Select(batch => batch.Producer).Distinct().Count());
        Assert.Equal(2, (await ReadAsync(broker, 2)).Count);
    }

    [Fact]
    public async Task A_topic_that_was_made_anew_is_not_written_to()
    {
        await using var broker = await CountedAsync(_ => { });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        await WriteSlowlyAsync(writer, 10);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.DeleteTopicsAsync([Partition.Topic]);
        await MakeAsync(broker, []);
        await writer.WriteAsync(Record(10, size: 100), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackupException>(() => writer.CompleteAsync(CancellationToken.None));

        Assert.StartsWith("Topic 'restored'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("was deleted and made anew while it was restored", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_another_one_has_taken_the_place_of_is_not_asked_where_the_log_ends()
    {
        _lies = 1;
        var (stale, asked) = (0, new ConcurrentQueue<int>());
        await using var broker = await CountedAsync(
            answer =>
            {
                if (answer is MetadataResponse { Topics: [{ Partitions: [var partition] }] } && Interlocked.Decrement(ref stale) >= 0)
                {
                    partition.LeaderEpoch = -1;
                }
                else if (answer is ProduceResponse && _batches.Count > 1 && _lies > 0)
                {
                    stale = 3;
                    Lie(answer);
                }
            },
            request =>
            {
                if (request is OffsetForLeaderEpochRequest { Topics: [{ Partitions: [var partition] }] })
                {
                    asked.Enqueue(partition.CurrentLeaderEpoch);
                }
            });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);
        for (var number = 0; number < 2; number++)
        {
            await writer.WriteAsync(Record(number, size: 100), CancellationToken.None);
            await writer.CompleteAsync(CancellationToken.None);
        }

        Assert.True(stale < 0);
        Assert.Equal([0], asked);
        Assert.Equal(new WrittenTo(2, 1), writer.Written);
    }

    [Fact]
    public async Task What_waits_is_told_with_the_reason_and_once_for_all()
    {
        var refusals = 4;
        await using var broker = await CountedAsync(answer =>
        {
            if (answer is ProduceResponse { Topics: [{ Partitions: [var partition] }] } && Interlocked.Decrement(ref refusals) >= 0)
            {
                partition.ErrorCode = KafkaError.NotEnoughReplicasAfterAppend;
            }
            else if (answer is ListOffsetsResponse { Topics: [{ Partitions: [var seen] }] } && Volatile.Read(ref refusals) > 0)
            {
                seen.Offset = 0; // Its replicas lack it.
                Interlocked.Decrement(ref refusals);
            }
        });
        var log = new LogMemory();
        using var sink = new KafkaRecordSink(TestClients.For(broker.BootstrapServers, log: log)) { TellAfter = TimeSpan.Zero };
        var writer = sink.Open(Partition);

        await WriteSlowlyAsync(writer, 1);

        var line = Assert.Single(log.Lines, line => line.Contains("waits", StringComparison.Ordinal));
        Assert.Equal($"Writing to restored:0 at {broker.BootstrapServers} waits: too few replicas are in sync (min.insync.replicas): start the brokers that hold them. It is tried again, as for other partitions that wait", line);
    }

    [Fact]
    public async Task Whatever_keeps_it_from_connecting_is_tried_again()
    {
        var wrong = 3;
        await using var broker = await CountedAsync(answer =>
        {
            if (answer is MetadataResponse { Topics.Count: 1 } metadata && Interlocked.Decrement(ref wrong) >= 0)
            {
                metadata.Brokers.ForEach(one => one.Port = 70_000); // There is none.
            }
        });
        using var sink = Sink(broker);
        var writer = sink.Open(Partition);

        await WriteSlowlyAsync(writer, 10);

        Assert.True(wrong < 0);
    }

    private sealed class LogMemory : ILogger<KafkaClients>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }

    /// <summary>Batch by batch, so that several are repeated.</summary>
    private static async Task WriteSlowlyAsync(IRecordWriter writer, int records)
    {
        for (var number = 0; number < records; number++)
        {
            await writer.WriteAsync(Record(number, size: 100), CancellationToken.None);
        }

        Assert.Equal(records, await writer.CompleteAsync(CancellationToken.None));
    }

    /// <summary>A broker with the topic, of which is remembered who sent it what.</summary>
    private async Task<EmbeddedBroker> CountedAsync(Action<IWireStruct> amend, Action<IWireStruct>? refuse = null)
    {
        var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions
        {
            Amend = amend,
            Witness = request =>
            {
                if (request is ProduceRequest { Topics: [{ Partitions: [{ Records: { } records }] }] })
                {
                    var batch = records.ToMemory().Span;
                    _batches.Enqueue((BinaryPrimitives.ReadInt64BigEndian(batch[RecordBatchLayout.ProducerId..]), BinaryPrimitives.ReadInt32BigEndian(batch[RecordBatchLayout.BaseSequence..])));
                }

                refuse?.Invoke(request);
            },
        });
        await MakeAsync(broker, []);
        return broker;
    }
}
