using Confluent.Kafka.Admin;
using Confluent.Kafka;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Lists consumer groups through librdkafka's admin client, and reads their offsets where <see cref="Client.GroupOffsetReader"/> cannot log in: it tells neither
/// metadata nor leader epochs.</summary>
/// <param name="calls">Makes the calls.</param>
/// <param name="patience">How long one may take.</param>
/// <param name="clock">For the pauses between them.</param>
internal sealed class KafkaGroupReader(AdminCalls calls, TimeSpan patience, TimeProvider clock)
{
    private const int AtOnce = 16;

    /// <summary>How long a group is asked again whose offsets a transaction is about to commit, and the pause between.</summary>
    private static readonly TimeSpan UnstablePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UnstablePause = TimeSpan.FromMilliseconds(500);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        try
        {
            var listed = await calls.CallAsync(
                admin => admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = patience }), patience, cancellation);
            return [.. listed.Valid.Select(group => group.GroupId).Order(StringComparer.Ordinal)];
        }
        catch (ListConsumerGroupsException e)
        {
            throw calls.Failure("Cannot list consumer groups", e.Results.Errors.FirstOrDefault() ?? new Error(ErrorCode.Unknown), e);
        }
        catch (KafkaException e)
        {
            throw calls.Failure("Cannot list consumer groups", e.Error, e);
        }
    }

    public async Task<IReadOnlyList<GroupOffsets>> ReadAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation)
    {
        var read = new List<GroupOffsets>();
        foreach (var batch in groups.Chunk(AtOnce))
        {
            read.AddRange(await Task.WhenAll(batch.Select(group => ReadAsync(group, cancellation))));
        }

        return read;
    }

    /// <summary>What a group has committed; while a transaction is about to commit offsets of it, that is not certain, and it is asked
    /// again.</summary>
    private async Task<GroupOffsets> ReadAsync(string group, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var (offsets, error) = await AskAsync(group, cancellation);
            if (error is null)
            {
                return new GroupOffsets(group, offsets, null);
            }

            if (error.Code != ErrorCode.UnstableOffsetCommit || clock.GetElapsedTime(began) > UnstablePatience)
            {
                return new GroupOffsets(group, offsets, Problem(group, error));
            }

            await Task.Delay(UnstablePause, clock, cancellation);
        }
    }

    /// <summary>Asks for one group: librdkafka's admin client takes one a request.</summary>
    private async Task<(IReadOnlyDictionary<PartitionId, CommittedOffset> Offsets, Error? Error)> AskAsync(string group, CancellationToken cancellation)
    {
        try
        {
            var options = new ListConsumerGroupOffsetsOptions { RequestTimeout = patience, RequireStableOffsets = true };
            var asked = new[] { new ConsumerGroupTopicPartitions(group, null) };
            var answer = (await calls.CallAsync(admin => admin.ListConsumerGroupOffsetsAsync(asked, options), patience, cancellation)).Single();
            return answer.Partitions.Find(partition => partition.Error.IsError) is { } refused
                ? (None, refused.Error)
                : (answer.Partitions.Where(partition => partition.Offset.Value >= 0)
                    .ToDictionary(partition => new PartitionId(partition.Topic, partition.Partition.Value), partition => new CommittedOffset(partition.Offset.Value)), null);
        }
        catch (ListConsumerGroupOffsetsException e)
        {
            var report = e.Results.FirstOrDefault();
            var refused = report?.Partitions.Find(partition => partition.Error.IsError)?.Error;
            return (None, report is { Error.IsError: true } ? report.Error : refused ?? e.Error);
        }
        catch (KafkaException e)
        {
            return (None, e.Error);
        }
    }

    /// <summary>Why a group cannot be read, and what to do about it.</summary>
    internal static string Problem(string group, Error error) => error.Code == ErrorCode.UnstableOffsetCommit
        ? $"a transaction that commits offsets of consumer group '{group}' is open. "
            + "Run again when it has ended; kafka-transactions.sh find-hanging shows one that never will"
        : $"the offsets of consumer group '{group}' cannot be read: {error.Reason.TrimEnd('.')}"
            + (error.Code is ErrorCode.GroupAuthorizationFailed or ErrorCode.TopicAuthorizationFailed
                ? ". Give the user the right to describe groups, and to describe their topics"
                : "");

    private static readonly IReadOnlyDictionary<PartitionId, CommittedOffset> None = new Dictionary<PartitionId, CommittedOffset>();
}
