using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks through librdkafka's admin client, which searches its lists once for each partition: for thousands of them that takes long.</summary>
internal sealed class AdminOffsetLister(AdminCalls calls) : IOffsetLister
{
    /// <inheritdoc />
    public async Task<IEnumerable<TopicPartitionOffsetError>> ListAsync(
        IReadOnlyList<TopicPartitionOffsetSpec> asked, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            var options = new ListOffsetsOptions { RequestTimeout = patience, IsolationLevel = isolation };
            var answer = await calls.CallAsync(admin => admin.ListOffsetsAsync(asked, options), patience, cancellation);
            return answer.ResultInfos.Select(info => info.TopicPartitionOffsetError);
        }
        catch (ListOffsetsException e)
        {
            return e.Result.ResultInfos.Select(report => report.TopicPartitionOffsetError);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_NoEnt)
        {
            // "No leaders found": what is told of each partition when any of them has a leader is told of none when none has.
            var leaderless = new Error(ErrorCode.LeaderNotAvailable);
            return asked.Select(place => new TopicPartitionOffsetError(place.TopicPartition, Offset.Unset, leaderless));
        }
    }

    /// <inheritdoc />
    /// <remarks>Of a topic that was made just now one broker may say that there is none; then the client says so for half a minute, without asking, however often it is asked.</remarks>
    public async Task RefreshAsync(IEnumerable<string> topics, TimeSpan patience, CancellationToken cancellation)
    {
        foreach (var topic in topics)
        {
            try
            {
                await calls.CallAsync(admin => Task.FromResult(admin.GetMetadata(topic, patience)), patience, cancellation);
            }
            catch (KafkaException e) when (SourceFailures.IsPassing(e.Error.Code))
            {
                return; // Who does not answer this does not answer the question either.
            }
        }
    }
}
