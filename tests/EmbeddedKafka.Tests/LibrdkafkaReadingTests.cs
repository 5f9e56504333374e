using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>The reader over librdkafka: what it makes of what that client does by itself, and how long clients are kept.</summary>
public sealed class LibrdkafkaReadingTests : SourceReadingContract
{
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

        Asked.Clear();
        using var source = NewSource(Broker.BootstrapServers);
        foreach (var topic in topics)
        {
            await using var stream = source.Open(new PartitionId(topic, 0), new OffsetRange(0, 1));
            Assert.Single(await ReadAllAsync(stream));
        }

        Assert.Equal(topics, Asked.SelectMany(request => request.Topics).Select(topic => topic.Name).Distinct());
    }

    [Fact]
    public async Task A_client_that_nobody_uses_for_a_while_ends_and_one_that_was_just_used_is_kept()
    {
        await FillAsync(batches: 2);
        var clock = new FakeTimeProvider();
        using var source = NewSource(Broker.BootstrapServers, AnswerSize.OneBatch, clock);

        await using (var stream = source.Open(Partition, new OffsetRange(0, 20)))
        {
            await ReadAllAsync(stream);
        }

        clock.Advance(KafkaRecordSource.IdleLimit / 2);
        Assert.Equal(1, source.IdleCount);
        clock.Advance(KafkaRecordSource.IdleLimit);
        Assert.Equal(0, source.IdleCount);
    }

    protected override IRecordSource NewSource(string address) => NewSource(address, AnswerSize.OneBatch);

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

    private static KafkaRecordSource NewSource(string address, AnswerSize first, TimeProvider? clock = null) => new(ClientsFor(address, first), clock);
}
