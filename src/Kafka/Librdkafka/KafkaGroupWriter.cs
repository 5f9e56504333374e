using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Sets offsets of consumer groups, and reads them back: by <see cref="GroupOffsetCommitter"/>, as librdkafka's admin client, which tells who has members, carries no
/// metadata. That one does all where the former cannot log in.</summary>
/// <param name="clients">Gives the client.</param>
/// <param name="clock">Measures how long is waited, and waits.</param>
/// <param name="patience">How long one call may take.</param>
public sealed class KafkaGroupWriter(KafkaClients clients, TimeProvider clock, TimeSpan patience) : IGroupWriter
{
    private const int AtOnce = 100;

    /// <summary>How long one call may take, as a rule.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long members of a group, or a coordinator on the move, are waited for, and the pause between.</summary>
    private static readonly TimeSpan ActivePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly AdminCalls _calls = new(clients);
    private readonly ClusterClient? _own = clients.CreateOwn();

    /// <summary>A writer whose calls may take 30 s.</summary>
    public KafkaGroupWriter(KafkaClients clients, TimeProvider clock)
        : this(clients, clock, Patience)
    {
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindActiveAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation)
    {
        var active = new List<string>();
        foreach (var batch in groups.Order(StringComparer.Ordinal).Chunk(AtOnce))
        {
            var (names, began) = (batch, clock.GetTimestamp());
            while (names.Length > 0)
            {
                var described = await _calls.AskAsync(
                    "Cannot describe consumer groups", () => _calls.CallAsync(admin => DescribeAsync(admin, names), patience, cancellation), cancellation);
                var isLate = clock.GetElapsedTime(began) >= ActivePatience;
                active.AddRange(described.Where(group => HasMembers(group, isLate)).Select(group => group.GroupId));
                names = [.. described.Where(group => IsPassing(group.Error.Code)).Select(group => group.GroupId)];
                if (names.Length > 0)
                {
                    await Task.Delay(Pause, clock, cancellation); // A cluster that never had a group makes its topic for them now.
                }
            }
        }

        return [.. active.Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<PartitionId>> SetAsync(
        string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, Action waits, CancellationToken cancellation)
    {
        var (began, isTold) = (clock.GetTimestamp(), false);
        while (true)
        {
            var (without, error) = await TryAsync(group, offsets, cancellation);
            if (error is null)
            {
                await CompareAsync(group, offsets, without, cancellation);
                return without;
            }

            var isActive = HasMembers(error.Code);
            if ((!isActive && !IsPassing(error.Code)) || clock.GetElapsedTime(began) >= ActivePatience)
            {
                throw Failure($"Cannot set the offsets of consumer group '{group}'", group, error);
            }

            if (isActive && !isTold)
            {
                waits();
                isTold = true;
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _calls.Dispose();
        _own?.Dispose();
    }

    /// <summary>Sets the offsets, or tells why the broker did not.</summary>
    private async Task<(IReadOnlyList<PartitionId> WithoutMetadata, Error? Error)> TryAsync(
        string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, CancellationToken cancellation)
    {
        if (_own is null)
        {
            return ([], await TryBareAsync(group, offsets, cancellation));
        }

        var set = await new GroupOffsetCommitter(_own, patience).CommitAsync(group, offsets, cancellation);
        return (set.WithoutMetadata, set.Fault switch
        {
            null => null,
            { Code: KafkaError.None, IsPassing: true } lost => new Error(ErrorCode.NetworkException, lost.Reason),
            { Code: KafkaError.None } refused => new Error(ErrorCode.SaslAuthenticationFailed, refused.Reason),
            var fault => new Error((ErrorCode)fault.Code, fault.Reason),
        });
    }

    /// <summary>The same through librdkafka, which knows nothing of metadata.</summary>
    private async Task<Error?> TryBareAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, CancellationToken cancellation)
    {
        var wanted = offsets.Select(offset => new TopicPartitionOffset(offset.Key.Topic, offset.Key.Number, offset.Value.Offset)).ToList();
        try
        {
            await _calls.CallAsync(
                admin => admin.AlterConsumerGroupOffsetsAsync(
                    [new ConsumerGroupTopicPartitionOffsets(group, wanted)], new AlterConsumerGroupOffsetsOptions { RequestTimeout = patience }),
                patience, cancellation);
            return null;
        }
        catch (AlterConsumerGroupOffsetsException e)
        {
            var report = e.Results.FirstOrDefault();
            return report is { Error.IsError: true } ? report.Error
                : report?.Partitions.Find(partition => partition.Error.IsError) is { } refused
                    ? new Error(refused.Error.Code, $"{refused.Topic}:{refused.Partition.Value}: {refused.Error.Reason}")
                    : e.Error;
        }
        catch (KafkaException e)
        {
            return e.Error;
        }
    }

    private async Task CompareAsync(
        string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, IReadOnlyList<PartitionId> without, CancellationToken cancellation)
    {
        var reading = _own is null
            ? new KafkaGroupReader(_calls, patience, clock).ReadAsync([group], cancellation)
            : new GroupOffsetReader(_own, patience, clock).ReadAsync([group], cancellation);
        var read = (await reading).Single();
        if (read.Problem is { } problem)
        {
            throw new BackupException(FailureKind.Source, $"The offsets of consumer group '{group}' were set, and could not be compared: {problem}.");
        }

        var differing = offsets.Where(offset => !(read.Offsets.TryGetValue(offset.Key, out var there) && there.IsSameAs(Sent(offset.Key, offset.Value)))).OrderBy(offset => offset.Key).ToList();
        if (differing is [var (partition, offset), ..])
        {
            var found = !read.Offsets.TryGetValue(partition, out var there) ? "none" : there.Offset == offset.Offset ? $"{there.Offset} with other metadata" : $"{there.Offset}";
            throw new BackupException(FailureKind.Source,
                $"Consumer group '{group}' has other offsets than those that {clients.Address} acknowledged, in {differing.Count} partition(s): in {partition} {found} in place of "
                + $"{offset.Offset}. Its consumers have come back, or somebody else sets them.");
        }

        CommittedOffset Sent(PartitionId partition, CommittedOffset wanted) => without.Contains(partition) ? wanted with { Metadata = "" } : wanted with { Metadata = wanted.Metadata ?? "" };
    }

    private async Task<List<ConsumerGroupDescription>> DescribeAsync(IAdminClient admin, IEnumerable<string> groups)
    {
        try
        {
            return (await admin.DescribeConsumerGroupsAsync(groups, new DescribeConsumerGroupsOptions { RequestTimeout = patience })).ConsumerGroupDescriptions;
        }
        catch (DescribeConsumerGroupsException e)
        {
            return e.Results.ConsumerGroupDescriptions;
        }
    }

    /// <summary>Whether a group has members; no for one that has to be asked again.</summary>
    private bool HasMembers(ConsumerGroupDescription group, bool isLate) => group.Error switch
    {
        { IsError: false } or { Code: ErrorCode.GroupIdNotFound } => group.Members is { Count: > 0 },
        { Code: var code } when IsPassing(code) && !isLate => false,
        var error => throw Failure($"Cannot describe consumer group '{group.GroupId}'", group.GroupId, error),
    };

    /// <summary>Whether a broker refuses as the group has members: somebody who is none of them may not commit then.</summary>
    private static bool HasMembers(ErrorCode code) => code is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress
        or ErrorCode.NonEmptyGroup or ErrorCode.StaleMemberEpoch or ErrorCode.FencedMemberEpoch;

    private static bool IsPassing(ErrorCode code) => code is ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup
        || (SourceFailures.IsPassing(code) && code is not ErrorCode.Local_TimedOut);

    private BackupException Failure(string what, string group, Error error) => error.Code switch
    {
        var code when HasMembers(code) => new BackupException(FailureKind.Source,
            $"{what} at {clients.Address}: it has active members, and still had after {ActivePatience.TotalSeconds:N0} s. Stop its consumers, and set it."),
        ErrorCode.GroupAuthorizationFailed => new BackupException(FailureKind.Source,
            $"{what} at {clients.Address}: the user has no right to. Give the user the right Read on group '{group}', and Read on the topics."),
        ErrorCode.TopicAuthorizationFailed => new BackupException(FailureKind.Source,
            $"{what} at {clients.Address}: the user has no right to ({error.Reason.TrimEnd('.')}). Give the user the right Read on the topics, beside Read on the group."),
        _ => _calls.Failure(what, error.Reason.TrimEnd().EndsWith(':') ? new Error(error.Code) : error), // Brokers may give no words to a code.
    };
}
