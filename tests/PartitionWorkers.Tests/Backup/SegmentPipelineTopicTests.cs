using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>A topic that is deleted and made anew while it is read: Kafka goes on under its name without a sign.</summary>
public sealed class SegmentPipelineTopicTests
{
    private readonly PipelineBench _bench = new() { TopicId = "id-1" };

    [Fact]
    public async Task Nothing_is_handed_out_of_a_topic_that_was_made_anew()
    {
        _bench.Log.Append(25);
        _bench.Cluster.WithTopic(PipelineBench.Key.Partition.Topic, topicId: "id-2");

        var failure = await Assert.ThrowsAsync<BackupException>(() => _bench.RunAsync(new OffsetRange(0, 25)));

        Assert.Contains("was deleted and made anew while orders:3 was read", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.TakeAll());
    }

    [Fact]
    public async Task Nothing_is_handed_out_before_the_topic_is_known_to_be_the_same()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Log.Append(10);
        _bench.Cluster.CatalogGate = gate.Task;

        var run = _bench.RunAsync(new OffsetRange(0, 10));
        await _bench.Cluster.TopicIdsAsked.Task.WaitAsync(TestLimits.Hang);
        Assert.Single(_bench.Puts);
        Assert.False(_bench.HasNext());

        gate.SetResult();
        await run;
        Assert.Single(_bench.TakeAll());
    }

    [Theory]
    [InlineData("id-1", true)]
    [InlineData("id-2", false)]
    [InlineData(null, false)]
    public async Task What_was_read_by_the_planned_topics_id_needs_no_question(string? readBy, bool isKnown)
    {
        _bench.Log.Append(10).Skip(5);
        _bench.Log.ReadByTopicId = readBy;

        await _bench.RunAsync(new OffsetRange(0, 15));

        Assert.Equal(isKnown, !_bench.Cluster.TopicIdsAsked.Task.IsCompleted);
        Assert.Equal(15, _bench.TakeAll()[^1].Range.Next);
    }

    [Fact]
    public async Task Offsets_without_records_are_handed_out_only_then_too()
    {
        _bench.Log.Skip(10);
        _bench.Cluster.WithTopic(PipelineBench.Key.Partition.Topic, topicId: "id-2");

        await Assert.ThrowsAsync<BackupException>(() => _bench.RunAsync(new OffsetRange(0, 10)));

        Assert.Empty(_bench.TakeAll());
    }
}
