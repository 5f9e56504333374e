using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;
using KafkaBackup.EmbeddedKafka.Tests.Protocol;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class HostileClientTests : BrokerFixture
{
    public HostileClientTests() => ExpectsRefusals = true;

    [Theory]
    [InlineData("7FFFFFFF000000000000")]
    [InlineData("FFFFFFFF000000000000")]
    [InlineData("00000001000000000000")]
    [InlineData("474554202F20485454502F312E310D0A0D0A")]
    [InlineData("0000000A7FFF0000000000010000")]
    [InlineData("0000000A0000000000000001FFFF")]
    public async Task What_is_no_request_ends_the_connection(string bytes)
    {
        using var client = new RawClient(Broker.Port);

        await client.SendAsync(Convert.FromHexString(bytes));

        Assert.Null(await client.ReceiveAsync());
        Assert.Single(Log.Refusals);
        await AssertServesAsync();
    }

    [Fact]
    public async Task A_client_from_the_future_learns_which_versions_there_are()
    {
        using var client = new RawClient(Broker.Port);

        await client.SendAsync(Convert.FromHexString("0000000A0012007F0000000700" + "00"));

        var answer = await client.ReceiveAsync();
        var read = (ApiVersionsResponse)WireFrames.ReadResponse(new WireReader(answer), new RequestHeader(ApiKey.ApiVersions, 0, 7, null));
        Assert.Equal(KafkaError.UnsupportedVersion, read.ErrorCode);
        Assert.Contains(read.ApiKeys, api => api is { Key: (short)ApiKey.ApiVersions, MinVersion: 0, MaxVersion: 4 });
    }

    [Fact]
    public async Task Damaged_batches_are_refused_and_not_kept()
    {
        await CreateTopicAsync("t");
        using var client = new RawClient(Broker.Port);
        var good = Batch();
        foreach (var seed in Enumerable.Range(0, 500))
        {
            var random = new Random(seed);
            var bad = good.ToArray();
            bad[random.Next(12, bad.Length)] ^= (byte)random.Next(1, 256);
            if (seed % 2 == 0)
            {
                FixCrc(bad); // So that what the checksum would catch reaches the checks behind it.
            }

            await ProduceAsync(client, seed % 5 == 0 ? bad.AsMemory(0, random.Next(bad.Length)) : bad);
        }

        // Some changes leave a valid batch; all that was kept must read back.
        var kept = await OffsetAsync("t", Confluent.Kafka.Admin.OffsetSpec.Latest());
        Assert.Equal(KafkaError.None, await ProduceAsync(client, good));
        Assert.InRange(ReadAll("t", isolation: IsolationLevel.ReadUncommitted).Count, 1, (int)kept + 3);
    }

    [Theory]
    [InlineData(17, nameof(KafkaError.CorruptMessage), false)]
    [InlineData(22, nameof(KafkaError.InvalidRecord), true)]
    [InlineData(60, nameof(KafkaError.InvalidRecord), true)]
    public async Task A_damaged_batch_gets_the_error_that_Kafka_gives(int position, string expected, bool fixCrc)
    {
        await CreateTopicAsync("t");
        using var client = new RawClient(Broker.Port);
        var bad = Batch();
        bad[position] ^= 0x28;
        if (fixCrc)
        {
            FixCrc(bad);
        }

        Assert.Equal(expected, (await ProduceAsync(client, bad)).ToString());
    }

    [Fact]
    public async Task Mutated_requests_never_take_the_broker_down()
    {
        await CreateTopicAsync("t");
        var seeds = WireApis.All.SelectMany(api => new[] { api.MinVersion, api.MaxVersion }.Select(version => (api, version)))
            .SelectMany(one => Enumerable.Range(0, 20).Select(seed => (one.api, one.version, seed)));
        foreach (var (api, version, seed) in seeds)
        {
            var random = new Random(seed);
            using var client = new RawClient(Broker.Port);
            using var frame = WireFrames.WriteRequest(new RequestHeader(api.Key, version, seed, "raw"), Sample(api));
            var bytes = frame.Written.ToArray();
            for (var i = 0; i < seed; i++)
            {
                bytes[random.Next(8, bytes.Length)] = random.Next(3) switch { 0 => 0xFF, 1 => 0x7F, _ => (byte)random.Next(256) };
            }

            await client.SendAsync(bytes);
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task What_is_announced_is_answered_and_all_else_ends_the_connection()
    {
        await CreateTopicAsync("t");
        using var asking = new RawClient(Broker.Port);
        var announced = (await asking.AskAsync<ApiVersionsResponse>(ApiKey.ApiVersions, 0, new ApiVersionsRequest())).ApiKeys
            .Select(api => (ApiKey)api.Key).ToHashSet();

        foreach (var api in WireApis.All)
        {
            using var client = new RawClient(Broker.Port);
            using var frame = WireFrames.WriteRequest(new RequestHeader(api.Key, api.MaxVersion, 1, "raw"), Sample(api));
            await client.SendAsync(frame.Written);
            Assert.Equal(announced.Contains(api.Key), await client.ReceiveAsync() is not null);
        }

        Assert.Equal([ApiKey.SaslHandshake, ApiKey.SaslAuthenticate], WireApis.All.Select(api => api.Key).Where(key => !announced.Contains(key)));
    }

    [Fact]
    public async Task A_client_that_stops_in_the_middle_of_a_request_holds_up_nobody()
    {
        using var client = new RawClient(Broker.Port);
        await client.SendAsync(Convert.FromHexString("00FFFFFF0000"));

        await AssertServesAsync();
    }

    private static IWireStruct Sample(WireApi api) => api.NewRequest() switch
    {
        ProduceRequest => Produce(Batch()),
        FetchRequest => new FetchRequest { MaxWaitMs = 1, Topics = [new() { Name = "t", Partitions = [new() { MaxBytes = 1000 }] }] },
        ListOffsetsRequest => new ListOffsetsRequest { Topics = [new() { Name = "t", Partitions = [new() { Timestamp = -1 }] }] },
        OffsetForLeaderEpochRequest => new OffsetForLeaderEpochRequest { Topics = [new() { Name = "t", Partitions = [new()] }] },
        MetadataRequest => new MetadataRequest { Topics = [new() { Name = "t" }] },
        CreateTopicsRequest => new CreateTopicsRequest
        {
            Topics = [new() { Name = "u", NumPartitions = 1, ReplicationFactor = 1, Configs = [new() { Name = "retention.ms", Value = "1" }] }],
        },
        DeleteTopicsRequest => new DeleteTopicsRequest { Topics = [new() { Name = "u" }], TopicNames = ["u"] },
        DescribeConfigsRequest => new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = 2, ResourceName = "t", ConfigurationKeys = ["retention.ms"] }],
        },
        DeleteRecordsRequest => new DeleteRecordsRequest { Topics = [new() { Name = "t", Partitions = [new()] }] },
        InitProducerIdRequest => new InitProducerIdRequest { TransactionalId = "x", TransactionTimeoutMs = 1000 },
        AddPartitionsToTxnRequest => new AddPartitionsToTxnRequest { TransactionalId = "x", Topics = [new() { Name = "t", Partitions = [0] }] },
        OffsetCommitRequest => new OffsetCommitRequest { GroupId = "g", Topics = [new() { Name = "t", Partitions = [new() { CommittedOffset = 1 }] }] },
        OffsetFetchRequest => new OffsetFetchRequest { GroupId = "g", Topics = [new() { Name = "t", Partitions = [0] }], Groups = [new() { GroupId = "g" }] },
        DescribeGroupsRequest => new DescribeGroupsRequest { Groups = ["g"] },
        SaslHandshakeRequest => new SaslHandshakeRequest { Mechanism = "PLAIN" },
        SaslAuthenticateRequest => new SaslAuthenticateRequest { AuthBytes = "\0alice\0secret"u8.ToArray() },
        FindCoordinatorRequest => new FindCoordinatorRequest { Key = "x", Keys = ["x"], KeyType = 1 },
        var other => other,
    };

    private static ProduceRequest Produce(ReadOnlyMemory<byte> batch) => new()
    {
        Acks = -1,
        Topics = [new() { Name = "t", Partitions = [new() { Records = new RecordSet([batch]) }] }],
    };

    private static async Task<KafkaError> ProduceAsync(RawClient client, ReadOnlyMemory<byte> batch) =>
        (await client.AskAsync<ProduceResponse>(ApiKey.Produce, 9, Produce(batch))).Topics[0].Partitions[0].ErrorCode;

    private static byte[] Batch()
    {
        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions());
        writer.Append(0, 1_000, Shared.Kafka.NullableSpan.Of("key"u8), Shared.Kafka.NullableSpan.Of("value"u8));
        writer.Append(1, 2_000, Shared.Kafka.NullableSpan.Null, Shared.Kafka.NullableSpan.Of(Encoding.UTF8.GetBytes(new string('x', 100))));
        return writer.Finish().ToArray();
    }

    private static void FixCrc(byte[] batch) => BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));

    private async Task AssertServesAsync()
    {
        using var client = new RawClient(Broker.Port);
        var answer = await client.AskAsync<MetadataResponse>(ApiKey.Metadata, 9, new MetadataRequest());
        Assert.Single(answer.Brokers);
    }
}
