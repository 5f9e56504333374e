using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Who the cluster is, what it serves, and which topics it has.</summary>
internal sealed class RawClusterSteps(ScriptRun run) : RawSteps(run)
{
    private static readonly Guid Stranger = new("00000000-0000-0000-0000-0000000000ff");

    public override async Task TakeAsync()
    {
        await ApiVersionsAsync();
        await ClusterAsync();
        var id = await MakeTopicAsync("cluster", partitions: 3);
        await MetadataAsync(id);
        await TopicPagesAsync();
    }

    private async Task ApiVersionsAsync()
    {
        foreach (var version in Versions(ApiKey.ApiVersions))
        {
            await AskAsync<ApiVersionsResponse>(
                ApiKey.ApiVersions, version, "all", new ApiVersionsRequest { ClientSoftwareName = "raw", ClientSoftwareVersion = "1.0" });
            await AskAsync<ApiVersionsResponse>(
                ApiKey.ApiVersions, version, "a nameless client", new ApiVersionsRequest { ClientSoftwareName = "", ClientSoftwareVersion = "1.0" });
        }

        // In a version from the future, which is answered in the oldest.
        await Run.Client.SendAsync(Convert.FromHexString("0000000E" + "0012" + "0063" + "00000007" + "0003" + "726177" + "00"));
        var answer = await Run.Client.ReceiveAsync() ?? throw new IOException("The broker closed the connection.");
        var header = new RequestHeader(ApiKey.ApiVersions, 0, 7, null);
        Write(ApiKey.ApiVersions, 0, "asked in version 99", WireFrames.ReadResponse(new WireReader(answer), header));
    }

    private async Task ClusterAsync()
    {
        foreach (var version in Versions(ApiKey.DescribeCluster))
        {
            await AskAsync<DescribeClusterResponse>(ApiKey.DescribeCluster, version, "plain", new DescribeClusterRequest { IncludeFencedBrokers = true });
            await AskAsync<DescribeClusterResponse>(
                ApiKey.DescribeCluster, version, "with operations", new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true });
            foreach (var type in new sbyte[] { 0, 2, 7 }.Where(_ => version >= 1))
            {
                await AskAsync<DescribeClusterResponse>(
                    ApiKey.DescribeCluster, version, $"endpoints of type {type}", new DescribeClusterRequest { EndpointType = type });
            }
        }
    }

    private async Task MetadataAsync(Guid id)
    {
        MetadataRequest.Topic[] names = [new() { Name = Run.Own("cluster") }, new() { Name = Run.Own("nowhere") }, new() { Name = "not allowed" }];
        foreach (var version in Versions(ApiKey.Metadata))
        {
            await AskAsync<MetadataResponse>(ApiKey.Metadata, version, "by name", new MetadataRequest { Topics = [.. names] });
            await AskAsync<MetadataResponse>(ApiKey.Metadata, version, "by name with operations", new MetadataRequest
            {
                Topics = [.. names],
                IncludeTopicAuthorizedOperations = true,
                IncludeClusterAuthorizedOperations = true,
                AllowAutoTopicCreation = false,
            });

            // On a broker that others use too, these are the topics that are known to be there.
            var all = await QuietlyAsync<MetadataResponse>(ApiKey.Metadata, version, new MetadataRequest { Topics = version == 0 ? [] : null });
            all.Topics.RemoveAll(topic => !Run.IsOwn(topic.Name!));
            Write(ApiKey.Metadata, version, "all", all);
            if (version >= 1)
            {
                await AskAsync<MetadataResponse>(ApiKey.Metadata, version, "none", new MetadataRequest { Topics = [] });
            }

            if (version >= 10)
            {
                await AskAsync<MetadataResponse>(ApiKey.Metadata, version, "by id", new MetadataRequest { Topics = [new() { TopicId = id }] });
                await AskAsync<MetadataResponse>(ApiKey.Metadata, version, "by unknown id", new MetadataRequest { Topics = [new() { TopicId = Stranger }] });
                await AskAsync<MetadataResponse>(
                    ApiKey.Metadata,
                    version,
                    "by unknown id with operations",
                    new MetadataRequest { Topics = [new() { TopicId = Stranger }], IncludeTopicAuthorizedOperations = true });
                await AskAsync<MetadataResponse>(
                    ApiKey.Metadata, version, "by id and name", new MetadataRequest { Topics = [new() { TopicId = id, Name = Run.Own("cluster") }] });
            }
        }
    }

    private async Task TopicPagesAsync()
    {
        string[] names = [Run.Own("cluster"), Run.Own("nowhere"), "not allowed"];
        foreach (var version in Versions(ApiKey.DescribeTopicPartitions))
        {
            foreach (var limit in new[] { 1, 2, 3, 2000, 0 })
            {
                var request = new DescribeTopicPartitionsRequest
                {
                    Topics = names.Select(name => new DescribeTopicPartitionsRequest.Topic { Name = name }).ToList(),
                    ResponsePartitionLimit = limit,
                };
                var first = await AskAsync<DescribeTopicPartitionsResponse>(ApiKey.DescribeTopicPartitions, version, $"{limit} at once", request);
                request.Cursor = first.NextCursor;
                if (request.Cursor is not null)
                {
                    await AskAsync<DescribeTopicPartitionsResponse>(ApiKey.DescribeTopicPartitions, version, $"{limit} more", request);
                }
            }
        }
    }
}
