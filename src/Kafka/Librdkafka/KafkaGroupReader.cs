using Confluent.Kafka.Admin;
using Confluent.Kafka;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads consumer groups through librdkafka's admin client, which finds the coordinator of each by itself.</summary>
internal sealed class KafkaGroupReader(AdminCalls calls, TimeSpan patience)
{
    private const int AtOnce = 16;

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

    /// <summary>librdkafka's admin client takes one group a request.</summary>
    private async Task<GroupOffsets> ReadAsync(string group, CancellationToken cancellation)
    {
        try
        {
            var options = new ListConsumerGroupOffsetsOptions { RequestTimeout = patience, RequireStableOffsets = true };
            var asked = new[] { new ConsumerGroupTopicPartitions(group, null) };
            var answer = (await calls.CallAsync(admin => admin.ListConsumerGroupOffsetsAsync(asked, options), patience, cancellation)).Single();
            return answer.Partitions.Find(partition => partition.Error.IsError) is { } refused
                ? Unreadable(group, refused.Error)
                : new GroupOffsets(group, answer.Partitions.Where(partition => partition.Offset.Value >= 0)
                    .ToDictionary(partition => new PartitionId(partition.Topic, partition.Partition.Value), partition => partition.Offset.Value), null);
        }
        catch (ListConsumerGroupOffsetsException e)
        {
            return Unreadable(group, e.Results.FirstOrDefault()?.Error ?? e.Error);
        }
        catch (KafkaException e)
        {
            return Unreadable(group, e.Error);
        }
    }

    private static GroupOffsets Unreadable(string group, Error error) =>
        new(group, new Dictionary<PartitionId, long>(), $"the offsets of consumer group '{group}' cannot be read: {error.Reason.TrimEnd('.')}");
}
