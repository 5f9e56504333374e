using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Tests.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using Xunit;
using RecordBatchOptions = KafkaBackup.Kafka.Wire.Records.RecordBatchOptions;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>What no client of today writes, but what may lie in the log of a broker: it is put there by hand.</summary>
[Collection(OwnBrokers.Name)]
public sealed class LogOnDiskTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("old-formats-");
    private KafkaScripts? _scripts;

    private string Data => Path.Combine(_folder.FullName, "kafka");

    public Task InitializeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task Records_of_the_formats_0_and_1_come_with_their_offsets_and_times_and_those_without_a_time_say_so()
    {
        var address = await StartOrSkipAsync(
            OldMessages.Version0(0, "a", "plain"),
            OldMessages.Packed0(2, OldMessages.Version0(1, null, "packed"), OldMessages.Version0(2, "b", null)),
            OldMessages.Version1(3, 1_400_000_000_000, "c", "plain"),
            OldMessages.Version1(4, -1, "d", "without a time"),
            OldMessages.Packed1(
                6, 1_400_000_000_600, false, OldMessages.Version1(0, 1_400_000_000_600, "e", "packed"), OldMessages.Version1(1, 1_400_000_000_500, "f", "")),
            OldMessages.Packed1(
                8, 1_500_000_000_000, true, OldMessages.Version1(0, 1, "g", "brokers' time"), OldMessages.Version1(1, 2, "h", "brokers' time")));
        Produce(address, 1_600_000_000_000);

        foreach (var client in Enum.GetValues<SourceClient>())
        {
            Assert.Equal(
            [
                (0, -1, "a", "plain"),
                (1, -1, null, "packed"),
                (2, -1, "b", null),
                (3, 1_400_000_000_000, "c", "plain"),
                (4, -1, "d", "without a time"),
                (5, 1_400_000_000_600, "e", "packed"),
                (6, 1_400_000_000_500, "f", ""),
                (7, 1_500_000_000_000, "g", "brokers' time"),
                (8, 1_500_000_000_000, "h", "brokers' time"),
                (9, 1_600_000_000_000, "z", "of today"),
            ],
            (await ReadAsync(client, address, new OffsetRange(0, 10))).Records);
            Assert.Equal(10 - 6, (await ReadAsync(client, address, new OffsetRange(6, 10))).Records.Count);
            Assert.Equal([4, 5], (await ReadAsync(client, address, new OffsetRange(4, 6))).Records.Select(record => record.Offset));
        }
    }

    [SkippableFact]
    public async Task A_header_name_that_is_no_text_comes_as_it_is_or_is_told()
    {
        var records = new TestRecords().Add("a", "1", [("name", "x")]).Add([], [], [new TestHeader([0xC3, 0x28], [])]).Add([], [], [new TestHeader([0xFF], [])]);
        var address = await StartOrSkipAsync(Batch.Of(records));
        Produce(address, 1);

        var (read, _, changedAt) = await ReadAsync(SourceClient.Librdkafka, address, new OffsetRange(0, 4));
        Assert.Equal((4, 1), (read.Count, changedAt));
        Assert.Null((await ReadAsync(SourceClient.Librdkafka, address, new OffsetRange(3, 4))).ChangedAt);

        var native = await ReadAsync(SourceClient.Native, address, new OffsetRange(0, 4));
        Assert.Equal(["6E616D65", "C328", "FF"], native.Names);
        Assert.Null(native.ChangedAt);
    }

    /// <summary>Nothing lies right before the base in either log, as transaction markers and compaction leave it; further back one has records of an election.</summary>
    [SkippableTheory]
    [InlineData(0, false)]
    [InlineData(2, true)]
    public async Task A_log_that_diverged_far_before_the_base_is_told_from_one_that_lost_its_records_there(int epoch, bool isDiverged)
    {
        var address = await StartOrSkipAsync(
            Batch.Of(new TestRecords().AddMany(10)),
            Batch.Of(new TestRecords().Add("a", "1", offset: 10).Add("b", "2", offset: 11), new RecordBatchOptions { BaseOffset = 10, LeaderEpoch = epoch }),
            Batch.Of(new TestRecords().Add("c", "3", offset: 100).Add("d", "4", offset: 101), new RecordBatchOptions { BaseOffset = 100, LeaderEpoch = 3 }));

        // The client of our own asks the broker, whose list of epochs knows nothing of what was put there by hand; logs that really diverged are in LostReplicaTests.
        foreach (var client in Enum.GetValues<SourceClient>().Where(client => client == SourceClient.Librdkafka || !isDiverged))
        {
            var failure = await Record.ExceptionAsync(() => ReadAsync(client, address, new OffsetRange(100, 102), epochBefore: 0));

            Assert.Equal(isDiverged ? 10 : null, (failure as LogDivergedException)?.Offset);
            Assert.Equal(isDiverged, failure is not null);
        }
    }

    public async Task DisposeAsync()
    {
        if (_scripts is { } scripts)
        {
            await scripts.RunAsync("down", "--fast", "--purge", Data);
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Starts a broker in whose log lies what is given, and nothing else.</summary>
    private async Task<string> StartOrSkipAsync(params byte[][] log)
    {
        _scripts = KafkaScripts.FindOrSkip();
        var address = KafkaScripts.Told(await _scripts.RunAsync("up", "--heap", "256m", "--dir", Data), "KAFKA_BOOTSTRAP_SERVERS");
        await CreateTopicAsync(address);
        await _scripts.RunAsync("node", "stop", "1", Data);
        PutIntoLog(log);
        await _scripts.RunAsync("node", "start", "1", Data);
        return address;
    }

    private static async Task CreateTopicAsync(string address)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
        var topic = new TopicSpecification { Name = "t", NumPartitions = 1, ReplicationFactor = 1 };
        topic.Configs = new Dictionary<string, string> { ["retention.ms"] = "-1", ["message.timestamp.type"] = "CreateTime" };
        await admin.CreateTopicsAsync([topic]);
        Produce(address, 1); // So that there is a log.
    }

    private static void Produce(string address, long timestamp)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = address }).Build();
        var time = new Timestamp(timestamp, TimestampType.CreateTime);
        producer.Produce(new TopicPartition("t", 0), new Message<string, string> { Key = "z", Value = "of today", Timestamp = time });
        producer.Flush(KafkaScripts.Patience);
    }

    /// <summary>Makes messages the whole of the log of the topic's partition.</summary>
    private void PutIntoLog(byte[][] messages)
    {
        var log = new DirectoryInfo(Path.Combine(Data, "node-1", "data", "t-0"));
        foreach (var file in log.EnumerateFiles().Where(file => file.Extension is ".index" or ".timeindex" or ".snapshot"))
        {
            file.Delete();
        }

        File.WriteAllBytes(Path.Combine(log.FullName, $"{0:D20}.log"), [.. messages.SelectMany(message => message)]);
    }

    private static async Task<(List<(long Offset, long Timestamp, string? Key, string? Value)> Records, List<string> Names, long? ChangedAt)> ReadAsync(
        SourceClient client, string address, OffsetRange range, int? epochBefore = null)
    {
        var (records, names) = (new List<(long, long, string?, string?)>(), new List<string>());
        using var source = TestClients.For(address).SourceOf(client);
        await using var stream = source.Open(new PartitionId("t", 0), range, epochBefore);
        while (await stream.ReadAsync(CancellationToken.None) is { } batch)
        {
            while (batch.MoveNext())
            {
                records.Add((batch.Offset, batch.Timestamp, Text(batch.Key), Text(batch.Value)));
                while (batch.MoveNextHeader())
                {
                    names.Add(Convert.ToHexString(batch.HeaderName));
                }
            }
        }

        return (records, names, stream.FirstChangedHeaderName);
    }

    private static string? Text(NullableSpan bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Bytes);
}
