using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>A broker that refuses fetches from some offset on, as when a user loses a right while records are read.</summary>
public sealed class ReadFailureTests
{
    /// <summary>Four full batches, one that is read, two that wait and one that waits to wait, and some records that the client holds behind them.</summary>
    private const int Records = (4 * 4_096) + 100;

    private static readonly PartitionId Partition = new("orders", 0);

    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isBehind;
    private int _refusals;

    [Theory]
    [InlineData(SourceClient.Librdkafka)]
    [InlineData(SourceClient.Native)]
    public async Task What_the_client_has_when_the_source_fails_comes_before_the_failure(SourceClient client)
    {
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Look, Amend = Refuse });
        await using var cluster = new KafkaSourceUnderTest(broker.BootstrapServers);
        await cluster.CreateTopicAsync(Partition.Topic, 1);
        await cluster.AppendAsync(Partition, Records);
        using var source = TestClients.For(broker.BootstrapServers, first: AnswerSize.Whole).SourceOf(client); // So that the client fetches ahead.
        await using var stream = source.Open(Partition, new OffsetRange(0, 2 * Records));

        var count = 0L;
        var failure = await Record.ExceptionAsync(async () =>
        {
            while (await stream.ReadAsync(CancellationToken.None) is { } batch)
            {
                await (client == SourceClient.Native ? Task.CompletedTask : _refused.Task); // The client has fetched all there is, has the failure behind it, and asks again.
                while (batch.MoveNext())
                {
                    count++;
                }
            }
        });

        Assert.Equal(Records, count);
        Assert.Contains("no right to read it", Assert.IsType<BackupException>(failure).Message, StringComparison.Ordinal);
        Assert.Equal(Records, stream.Position);
    }

    private void Look(IWireStruct request)
    {
        if (request is FetchRequest fetch)
        {
            _isBehind = fetch.Topics.Exists(topic => topic.Partitions.Exists(partition => partition.FetchOffset >= Records));
        }
    }

    private void Refuse(IWireStruct answer)
    {
        if (_isBehind && answer is FetchResponse fetch)
        {
            fetch.Topics.ForEach(topic => topic.Partitions.ForEach(partition => partition.ErrorCode = KafkaError.TopicAuthorizationFailed));
            if (++_refusals > 1)
            {
                _refused.TrySetResult();
            }
        }
    }
}
