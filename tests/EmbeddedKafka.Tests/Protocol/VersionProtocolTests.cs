using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

/// <summary>What is answered in another way to another version of the same request.</summary>
public abstract class VersionProtocolTests : ProtocolTestBase
{
    [SkippableFact]
    public async Task A_client_without_a_name_is_refused_since_it_has_to_have_one()
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = "", ClientSoftwareVersion = "1.0" };

        Assert.Equal(KafkaError.None, (await Client.AskAsync<ApiVersionsResponse>(ApiKey.ApiVersions, 2, request)).ErrorCode);
        Assert.Equal(KafkaError.InvalidRequest, (await Client.AskAsync<ApiVersionsResponse>(ApiKey.ApiVersions, 3, request)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData(10, false)]
    [InlineData(11, false)]
    [InlineData(12, true)]
    public async Task Metadata_finds_topics_by_id_since_version_twelve(short version, bool isServed)
    {
        var answer = await Client.AskAsync<MetadataResponse>(ApiKey.Metadata, version, new MetadataRequest { Topics = [new() { TopicId = TopicId }] });

        Assert.Equal(isServed ? (KafkaError.None, Topic) : (KafkaError.InvalidRequest, ""), (answer.Topics[0].ErrorCode, answer.Topics[0].Name!));
    }

    [SkippableTheory]
    [InlineData(-3, 7)]
    [InlineData(-4, 8)]
    [InlineData(-5, 9)]
    [InlineData(-6, 11)]
    public async Task A_special_time_has_a_first_version(long time, short first)
    {
        Assert.Equal(KafkaError.UnsupportedVersion, (await ListAsync(time, version: (short)(first - 1))).ErrorCode);
        Assert.Equal(KafkaError.None, (await ListAsync(time, version: first)).ErrorCode);
    }

    [SkippableFact]
    public async Task Zstandard_has_a_first_version()
    {
        Assert.Equal(KafkaError.UnsupportedCompressionType, (await ProduceAsync(Batch(codec: BatchCodec.Zstd), version: 6)).ErrorCode);
        Assert.Equal(KafkaError.None, (await ProduceAsync(Batch(codec: BatchCodec.Zstd), version: 7)).ErrorCode);
    }

    [SkippableFact]
    public async Task A_fenced_producer_is_called_so_since_two()
    {
        var old = await InitAsync(Topic);
        await InitAsync(Topic);

        Assert.Equal(KafkaError.InvalidProducerEpoch, (await AddPartitionsAsync(1, Topic, old, 0)).Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(KafkaError.ProducerFenced, (await AddPartitionsAsync(2, Topic, old, 0)).Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(KafkaError.InvalidProducerEpoch, (await EndAsync(Topic, old, isCommit: true, version: 1)).ErrorCode);
        Assert.Equal(KafkaError.ProducerFenced, (await EndAsync(Topic, old, isCommit: true, version: 2)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData(2, KafkaError.MismatchedEndpointType)]
    [InlineData(7, KafkaError.UnsupportedEndpointType)]
    internal async Task A_broker_describes_brokers(sbyte type, KafkaError expected)
    {
        var answer = await Client.AskAsync<DescribeClusterResponse>(ApiKey.DescribeCluster, 1, new DescribeClusterRequest { EndpointType = type });

        Assert.Equal((expected, 1), (answer.ErrorCode, answer.EndpointType));
    }
}
