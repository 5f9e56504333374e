using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Offsets of consumer groups are committed and read, and groups are described.</summary>
internal sealed class RawGroupSteps(ScriptRun run) : RawSteps(run)
{
    private static readonly Guid Nowhere = new("d2719a2e-7c3b-4b1f-9d0c-0a1b2c3d4e5f");

    private Guid _id;

    public override async Task TakeAsync()
    {
        _id = await MakeTopicAsync("grouped", partitions: 2);
        await InsistAsync<OffsetFetchResponse>(ApiKey.OffsetFetch, 7, Fetching("elsewhere", 7, null), answer => answer.ErrorCode);
        foreach (var version in Versions(ApiKey.OffsetCommit))
        {
            await CommitAsync(version);
        }

        await AskAsync<OffsetCommitResponse>(ApiKey.OffsetCommit, 9, "a leader's epoch beside", Committing("knowing", "grouped", -1, 0, (0, 4, "m"), (1, 5, "")));
        foreach (var version in Versions(ApiKey.OffsetFetch))
        {
            await FetchAsync(version);
        }

        foreach (var version in Versions(ApiKey.DescribeGroups))
        {
            await AskAsync<DescribeGroupsResponse>(ApiKey.DescribeGroups, version, "one that has committed, and one that is none", new DescribeGroupsRequest
            {
                Groups = [Run.Own("readers-v9"), Run.Own("nobody")],
            });
        }

        // Other groups may be there, so that no listing of all of them compares.
        foreach (var version in Versions(ApiKey.ListGroups).Where(version => version >= 4))
        {
            await AskAsync<ListGroupsResponse>(ApiKey.ListGroups, version, "in a state that none is in", new ListGroupsRequest { StatesFilter = ["Assigning"] });
        }
    }

    private async Task CommitAsync(short version)
    {
        var group = $"readers-v{version}";
        await CommitAsync(version, "partition 1", group, (1, 5, "m"));
        await CommitAsync(version, "both, one without metadata", group, (0, 7, null), (1, 6, "n"));
        await CommitAsync(version, "behind the end, before the beginning", group, (0, 1_000, ""), (1, 0, ""));
        await CommitAsync(version, "unknown partition", group, (9, 1, ""), (0, 2, ""));
        await CommitAsync(version, "long metadata", group, (1, 9, new string('x', 4_096)), (0, 9, new string('x', 4_097)));
        await AskAsync<OffsetCommitResponse>(ApiKey.OffsetCommit, version, "unknown topic", Committing(group, "nowhere", -1, -1, (0, 1, "")));
        await AskAsync<OffsetCommitResponse>(ApiKey.OffsetCommit, version, "a generation", Committing(group, "grouped", 3, -1, (0, 3, "")));
        await AskAsync<OffsetCommitResponse>(ApiKey.OffsetCommit, version, "a generation of no group", Committing("nobody", "grouped", 3, -1, (0, 3, "")));
    }

    private async Task FetchAsync(short version)
    {
        foreach (var group in new[] { "readers-v2", "readers-v10", "knowing", "nobody" })
        {
            await AskAsync<OffsetFetchResponse>(ApiKey.OffsetFetch, version, $"{group}, three partitions", Fetching(group, version, [1, 0, 9]));
            await AskAsync<OffsetFetchResponse>(ApiKey.OffsetFetch, version, $"{group}, unknown topic", Fetching(group, version, [0], "nowhere"));
            if (version >= 2)
            {
                await AskAsync<OffsetFetchResponse>(ApiKey.OffsetFetch, version, $"{group}, all", Fetching(group, version, null));
            }
        }
    }

    private Task CommitAsync(short version, string step, string group, params (int Index, long Offset, string? Metadata)[] offsets) =>
        AskAsync<OffsetCommitResponse>(ApiKey.OffsetCommit, version, step, Committing(group, "grouped", -1, -1, offsets));

    private OffsetCommitRequest Committing(string group, string topic, int generation, int epoch, params (int Index, long Offset, string? Metadata)[] offsets) => new()
    {
        GroupId = Run.Own(group),
        GenerationIdOrMemberEpoch = generation,
        Topics =
        [
            new()
            {
                Name = Run.Own(topic),
                TopicId = topic == "nowhere" ? Nowhere : _id,
                Partitions = [.. offsets.Select(offset => new OffsetCommitRequest.Partition
                {
                    Index = offset.Index,
                    CommittedOffset = offset.Offset,
                    CommittedLeaderEpoch = epoch,
                    CommittedMetadata = offset.Metadata,
                })],
            },
        ],
    };

    private OffsetFetchRequest Fetching(string group, short version, List<int>? partitions, string topic = "grouped")
    {
        List<OffsetFetchRequest.Topic>? topics = partitions is null
            ? null
            : [new() { Name = Run.Own(topic), TopicId = topic == "nowhere" ? Nowhere : _id, Partitions = partitions }];
        return version < 8
            ? new OffsetFetchRequest { GroupId = Run.Own(group), Topics = topics }
            : new OffsetFetchRequest { Groups = [new() { GroupId = Run.Own(group), Topics = topics }] };
    }
}
