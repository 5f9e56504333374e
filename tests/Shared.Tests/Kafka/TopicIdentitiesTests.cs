using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Kafka;

public sealed class TopicIdentitiesTests
{
    private static readonly PartitionId Partition = new("orders", 3);

    private readonly FakeCluster _cluster = new();
    private readonly TopicIdentities _topics;

    public TopicIdentitiesTests()
    {
        _cluster.WithTopic("orders", topicId: "id-1").WithTopic("users", topicId: "id-9");
        _topics = new TopicIdentities(_cluster.Catalog);
    }

    [Fact]
    public async Task The_topic_that_was_planned_is_found_so() => await VerifyAsync();

    [Fact]
    public async Task A_topic_under_another_id_was_made_anew()
    {
        _cluster.WithTopic("orders", topicId: "id-2");

        var failure = await Assert.ThrowsAsync<BackupException>(() => VerifyAsync());

        Assert.Equal((FailureKind.Source, false), (failure.Kind, failure.IsRetryable));
        Assert.StartsWith("The topic 'orders' was deleted and made anew while orders:3 was read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_was_deleted()
    {
        _cluster.Delete("orders");

        Assert.StartsWith("The topic 'orders' was deleted while orders:3 was read", (await Assert.ThrowsAsync<BackupException>(() => VerifyAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_is_not_known_now_is_no_other_topic()
    {
        _cluster.WithTopic("orders", topicId: null);

        await VerifyAsync();
    }

    [Fact]
    public async Task An_answer_to_a_question_that_was_sent_before_does_not_count()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.CatalogGate = first.Task;
        var earlier = VerifyAsync();
        await _cluster.TopicIdsAsked.Task.WaitAsync(TestLimits.Hang);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.CatalogGate = second.Task;

        var later = VerifyAsync();
        first.SetResult();
        await earlier;
        Assert.False(later.IsCompleted);
        _cluster.WithTopic("orders", topicId: "id-2");
        second.SetResult();

        await Assert.ThrowsAsync<BackupException>(() => later);
    }

    [Fact]
    public async Task A_source_that_cannot_be_asked_is_told_to_all_who_wait_and_asked_again_by_the_next()
    {
        _cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "away"));
        await Assert.ThrowsAsync<BackupException>(() => VerifyAsync());

        _cluster.CatalogGate = Task.CompletedTask;
        await VerifyAsync();
    }

    private Task VerifyAsync() => _topics.VerifyAsync(Partition, "id-1", CancellationToken.None).WaitAsync(TestLimits.Hang);
}
