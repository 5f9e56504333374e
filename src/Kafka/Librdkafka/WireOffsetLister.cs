using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks by Kafka's protocol itself: one request for each leader, whatever the number of partitions. Who leads is remembered until a leader says otherwise.</summary>
internal sealed class WireOffsetLister(ClusterClient cluster) : IOffsetLister
{
    /// <summary>Leaders move, and of a topic that was made just now one broker may say that there is none: the next that is asked, or the same a moment later, may know better.</summary>
    private const int Tries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), SilencePause = TimeSpan.FromMilliseconds(500);

    /// <summary>Topics of which somebody who was taken for a leader said that it is none, or said nothing.</summary>
    private readonly ConcurrentDictionary<string, bool> _doubtful = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<IEnumerable<TopicPartitionOffsetError>> ListAsync(
        IReadOnlyList<TopicPartitionOffsetSpec> asked, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        var (answers, began) = (new Dictionary<PartitionId, TopicPartitionOffsetError>(asked.Count), TimeProvider.System.GetTimestamp());
        var open = asked;
        for (var tries = 1; ; tries++)
        {
            var silence = await AskLeadersAsync(open, answers, isolation, patience, cancellation);
            foreach (var place in open.Where(place => CodeOf(place) is not { } code || SourceFailures.IsPassing(code)))
            {
                _doubtful.TryAdd(place.TopicPartition.Topic, true);
            }

            if (silence is null || answers.Values.Any(answer => !answer.Error.IsError))
            {
                open = [.. open.Where(place => CodeOf(place) is { } code && MayBeOtherwise(code))];
                if (open.Count == 0 || tries >= Tries)
                {
                    return asked.Select(AnswerOf);
                }

                await Task.Delay(Pause * (1 << (tries - 1)), cancellation);
                continue;
            }

            // Nobody answers: somebody else may lead in a moment, or the broker be back.
            if (TimeProvider.System.GetElapsedTime(began) is var elapsed && elapsed >= patience)
            {
                return answers.Count == asked.Count && !silence.IsOfAll ? asked.Select(AnswerOf) : throw new KafkaException(new Error(ErrorCode.Local_Transport), silence.Cause);
            }

            await Task.Delay(SilencePause < patience - elapsed ? SilencePause : patience - elapsed, cancellation);
        }

        ErrorCode? CodeOf(TopicPartitionOffsetSpec place) => answers.TryGetValue(PartitionOf(place.TopicPartition), out var answer) ? answer.Error.Code : null;

        TopicPartitionOffsetError AnswerOf(TopicPartitionOffsetSpec place) =>
            answers.TryGetValue(PartitionOf(place.TopicPartition), out var answer) ? answer : Failed(place, KafkaError.LeaderNotAvailable);
    }

    /// <inheritdoc />
    public Task RefreshAsync(IEnumerable<string> topics, TimeSpan patience, CancellationToken cancellation)
    {
        foreach (var topic in topics)
        {
            _doubtful.TryAdd(topic, true);
        }

        return Task.CompletedTask;
    }

    /// <summary>That there is no leader, or that it is silent, is waited for elsewhere, if at all.</summary>
    private static bool MayBeOtherwise(ErrorCode code) => code == ErrorCode.UnknownTopicOrPart || (SourceFailures.IsPassing(code) && code != ErrorCode.LeaderNotAvailable);

    /// <summary>Asks each leader once, and puts down what it answers.</summary>
    /// <returns>Why one of those who did not answer did not; null when all did.</returns>
    private async Task<Silence?> AskLeadersAsync(
        IReadOnlyList<TopicPartitionOffsetSpec> asked, Dictionary<PartitionId, TopicPartitionOffsetError> answers, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        if (await LookAsync(asked, patience, cancellation) is { } nobody)
        {
            return new Silence(nobody, IsOfAll: true);
        }

        var known = cluster.Known;
        var led = asked.ToLookup(place => known.FindLead(PartitionOf(place.TopicPartition))?.Node);
        var told = await Task.WhenAll(led.Where(group => group.Key is not null).Select(group => AskLeaderAsync(group.Key!.Value, [.. group], known, isolation, patience, cancellation)));
        var unled = led[null].Select(place => Failed(place, known.WhyNotLed(PartitionOf(place.TopicPartition))));
        foreach (var answer in told.SelectMany(one => one.Found).Concat(unled))
        {
            answers[PartitionOf(answer.TopicPartition)] = answer;
        }

        return told.Select(one => one.Silence).FirstOrDefault(silence => silence is not null) is { } silence ? new Silence(silence, IsOfAll: false) : null;
    }

    /// <summary>Looks for the leaders that are not known, or doubted.</summary>
    /// <returns>Why no broker tells them; null when one did, or none had to.</returns>
    private async Task<BackupException?> LookAsync(IReadOnlyList<TopicPartitionOffsetSpec> asked, TimeSpan patience, CancellationToken cancellation)
    {
        var known = cluster.Known;
        var topics = asked.Where(place => _doubtful.ContainsKey(place.TopicPartition.Topic) || known.FindLead(PartitionOf(place.TopicPartition)) is null)
            .Select(place => place.TopicPartition.Topic).Distinct(StringComparer.Ordinal).ToList();
        if (topics.Count == 0)
        {
            return null;
        }

        try
        {
            await cluster.LookAtAsync(topics, cancellation).WaitAsync(patience, cancellation);
        }
        catch (TimeoutException e)
        {
            return new BackupException(FailureKind.Source, "no broker tells who leads", e) { IsRetryable = true };
        }
        catch (BackupException e) when (e.IsRetryable)
        {
            return e;
        }

        topics.ForEach(topic => _doubtful.TryRemove(topic, out _));
        return null;
    }

    private async Task<(IEnumerable<TopicPartitionOffsetError> Found, BackupException? Silence)> AskLeaderAsync(
        int node, List<TopicPartitionOffsetSpec> places, ClusterSnapshot known, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            var connection = await cluster.ConnectAsync(known.AddressOf(node)!, cancellation).WaitAsync(patience, cancellation);
            var answer = await connection.AskAsync<ListOffsetsResponse>(ApiKey.ListOffsets, Request(places, known, isolation, patience), patience, cancellation);
            var told = answer.Topics.SelectMany(topic => topic.Partitions.Select(one => KeyValuePair.Create(new PartitionId(topic.Name, one.Index), one))).ToDictionary();
            return (places.Select(place => told.TryGetValue(PartitionOf(place.TopicPartition), out var one)
                ? new TopicPartitionOffsetError(place.TopicPartition, one.Offset, ErrorOf(one.ErrorCode))
                : Failed(place, KafkaError.UnknownServerError)).ToList(), null);
        }
        catch (Exception e) when (e is TimeoutException or BackupException { IsRetryable: true })
        {
            var silence = e as BackupException ?? new BackupException(FailureKind.Source, $"broker {node} does not answer", e) { IsRetryable = true };
            return (places.Select(place => Failed(place, KafkaError.LeaderNotAvailable)).ToList(), silence);
        }
    }

    private static ListOffsetsRequest Request(IEnumerable<TopicPartitionOffsetSpec> places, ClusterSnapshot known, IsolationLevel isolation, TimeSpan patience) => new()
    {
        IsolationLevel = (sbyte)(isolation == IsolationLevel.ReadCommitted ? 1 : 0),
        TimeoutMs = (int)patience.TotalMilliseconds,
        Topics =
        [
            .. places.GroupBy(place => place.TopicPartition.Topic, StringComparer.Ordinal).Select(topic => new ListOffsetsRequest.Topic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(place => new ListOffsetsRequest.Partition
                    {
                        Index = place.TopicPartition.Partition.Value,
                        CurrentLeaderEpoch = known.FindLead(PartitionOf(place.TopicPartition))!.Epoch,
                        Timestamp = TimeOf(place.OffsetSpec),
                    }),
                ],
            }),
        ],
    };

    /// <summary>As the protocol has it: times in ms, and numbers below 0 for ends.</summary>
    private static long TimeOf(OffsetSpec spec) => spec switch
    {
        OffsetSpec.EarliestSpec => -2,
        OffsetSpec.LatestSpec => -1,
        OffsetSpec.TimestampSpec { Timestamp: var time } => time,
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
    };

    private static TopicPartitionOffsetError Failed(TopicPartitionOffsetSpec place, KafkaError error) => new(place.TopicPartition, Offset.Unset, ErrorOf(error));

    /// <summary>librdkafka's numbers of what brokers say are the protocol's.</summary>
    private static Error ErrorOf(KafkaError error) => new((ErrorCode)(short)error);

    private static PartitionId PartitionOf(TopicPartition place) => new(place.Topic, place.Partition.Value);

    /// <summary>No answer.</summary>
    /// <param name="Cause">Why.</param>
    /// <param name="IsOfAll">Whether no broker at all answers, and not just a leader.</param>
    private sealed record Silence(BackupException Cause, bool IsOfAll);
}
