using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Reads what consumer groups have committed, with metadata and leader epochs: of many groups by one request to each coordinator, as brokers of Kafka 3.0 and later take
/// it, and by one a group from older ones. Groups of both protocols are the same to it.</summary>
/// <param name="cluster">The way to the brokers.</param>
/// <param name="patience">For how long a coordinator that is not there, or not ready, is asked again.</param>
/// <param name="clock">Measures that.</param>
internal sealed class GroupOffsetReader(ClusterClient cluster, TimeSpan patience, TimeProvider clock)
{
    private const short FirstWithGroups = 8;

    /// <summary>From the one after on answers have topics' ids in place of their names.</summary>
    private const short LastWithNames = 9;

    /// <summary>An answer has all partitions of so many groups with their metadata: it should stay far from what a connection takes.</summary>
    private const int GroupsAtOnce = 32;

    /// <summary>How long a group is asked again whose offsets a transaction is about to commit, and the pause before anything is asked again.</summary>
    private static readonly TimeSpan UnstablePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>One answer is waited for less long than all of them: another broker may look after the group meanwhile.</summary>
    private readonly TimeSpan _answerPatience = patience < TimeSpan.FromSeconds(10) ? patience : TimeSpan.FromSeconds(10);

    /// <summary>What groups have committed, in their order. One that cannot be read has its problem in its place.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<GroupOffsets>> ReadAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation)
    {
        var (read, since) = (new Dictionary<string, GroupOffsets>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal));
        List<string> left = [.. groups.Distinct(StringComparer.Ordinal)];
        var unanswered = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        while (left.Count > 0)
        {
            foreach (var (group, answer) in await AskAsync(left, unanswered, cancellation))
            {
                since.TryAdd(group, clock.GetTimestamp());
                if (answer.Fault is not { } fault || clock.GetElapsedTime(since[group]) > PatienceWith(fault))
                {
                    read[group] = new GroupOffsets(group, answer.Offsets, answer.Fault is null ? null : Problem(group, answer.Fault));
                }
            }

            left.RemoveAll(read.ContainsKey);
            if (left.Count > 0)
            {
                await Task.Delay(Pause, clock, cancellation);
            }
        }

        return [.. groups.Select(group => read[group])];
    }

    private TimeSpan PatienceWith(GroupFault fault) => fault.Code == KafkaError.UnstableOffsetCommit ? UnstablePatience
        : fault.IsPassing ? patience
        : TimeSpan.MinValue;

    private static string Problem(string group, GroupFault fault) => KafkaGroupReader.Problem(group, new Error((ErrorCode)fault.Code, fault.Reason));

    /// <summary>Asks each coordinator for its groups: all of them at the same time.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="unanswered">How often no answer came for a group. Such ones are asked for one by one, as what all of them have committed may be too much for one answer, and
    /// those that most often had none come last: they keep no others out.</param>
    /// <param name="cancellation">Gives up.</param>
    private async Task<IReadOnlyList<KeyValuePair<string, GroupAnswer>>> AskAsync(IReadOnlyCollection<string> groups, ConcurrentDictionary<string, int> unanswered, CancellationToken cancellation)
    {
        var coordinators = await new GroupCoordinators(cluster, _answerPatience).FindAsync(groups, cancellation);
        var at = groups.ToLookup(group => coordinators.GetValueOrDefault(group).Address);
        var asked = await Task.WhenAll(at.Where(one => one.Key is not null).Select(one => AskAsync(one.Key!, one, unanswered, cancellation)));
        return
        [
            .. asked.SelectMany(answers => answers),
            .. at[null].Select(group => KeyValuePair.Create(
                group, GroupAnswer.Failed(coordinators.GetValueOrDefault(group).Fault ?? GroupFault.Of(KafkaError.CoordinatorNotAvailable)))),
        ];
    }

    private async Task<List<KeyValuePair<string, GroupAnswer>>> AskAsync(BrokerAddress coordinator, IEnumerable<string> groups, ConcurrentDictionary<string, int> unanswered, CancellationToken cancellation)
    {
        var answers = new List<KeyValuePair<string, GroupAnswer>>();
        var byFailures = groups.ToLookup(group => unanswered.GetValueOrDefault(group));
        List<string[]> batches = [.. byFailures[0].Chunk(GroupsAtOnce), .. byFailures.Where(failures => failures.Key > 0).OrderBy(failures => failures.Key).SelectMany(failures => failures.Chunk(1))];
        for (var number = 0; number < batches.Count; number++)
        {
            try
            {
                answers.AddRange(await AskAsync(await cluster.ConnectAsync(coordinator, cancellation), batches[number], cancellation));
            }
            catch (BackupException e)
            {
                Array.ForEach(batches[number], group => unanswered.AddOrUpdate(group, 1, (_, times) => times + 1));
                answers.AddRange(batches[number..].SelectMany(batch => batch).Select(group => KeyValuePair.Create(group, GroupAnswer.Failed(GroupFault.Of(e))))); // Who does not answer one does not answer the next now.
                break;
            }
        }

        return answers;
    }

    private async Task<IEnumerable<KeyValuePair<string, GroupAnswer>>> AskAsync(WireConnection connection, string[] groups, CancellationToken cancellation)
    {
        var version = connection.VersionOf(ApiKey.OffsetFetch, LastWithNames);
        if (version < FirstWithGroups)
        {
            var single = await Task.WhenAll(groups.Select(group => FetchAsync(new OffsetFetchRequest { GroupId = group, Topics = null, RequireStable = true })));
            return groups.Zip(single, (group, answer) => KeyValuePair.Create(group, Of(answer.ErrorCode, answer.Topics)));
        }

        var answer = await FetchAsync(new OffsetFetchRequest
        {
            Groups = [.. groups.Select(group => new OffsetFetchRequest.Group { GroupId = group, Topics = null })],
            RequireStable = true, // What an open transaction is about to commit is not certain.
        });
        var told = answer.Groups.ToLookup(group => group.GroupId, group => Of(group.ErrorCode, group.Topics), StringComparer.Ordinal);
        return groups.Select(group => KeyValuePair.Create(group, told[group].FirstOrDefault() ?? GroupAnswer.Failed(GroupFault.Of(KafkaError.UnknownServerError))));

        async Task<OffsetFetchResponse> FetchAsync(OffsetFetchRequest request) =>
            (OffsetFetchResponse)await connection.AskAsync(ApiKey.OffsetFetch, version, request, _answerPatience, cancellation);
    }

    private static GroupAnswer Of(KafkaError error, List<OffsetFetchResponse.Topic> topics)
    {
        var partitions = topics.SelectMany(topic => topic.Partitions, (topic, partition) => (Id: new PartitionId(topic.Name, partition.Index), Told: partition)).ToList();
        var refused = error != KafkaError.None ? error : partitions.Select(partition => partition.Told.ErrorCode).FirstOrDefault(code => code != KafkaError.None);
        return refused != KafkaError.None
            ? GroupAnswer.Failed(GroupFault.Of(refused))
            : new GroupAnswer(partitions.Where(partition => partition.Told.CommittedOffset >= 0).ToDictionary(partition => partition.Id, partition => new CommittedOffset(
                partition.Told.CommittedOffset, partition.Told.Metadata ?? "", partition.Told.CommittedLeaderEpoch >= 0 ? partition.Told.CommittedLeaderEpoch : null)), null);
    }
}
