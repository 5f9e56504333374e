using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <content>A broker that has to fetch from elsewhere first.</content>
public sealed partial class SourceReadingTests
{
    /// <summary>Brokers before 3.8 give up fetching from remote storage when the wait of a request is over, and begin anew with the next.</summary>
    [Fact]
    public async Task A_leader_that_needs_time_for_what_lies_in_remote_storage_is_given_it()
    {
        const int needed = 400;
        await FillAsync(batches: 2);
        await using var proxy = new WireProxy(Broker.Port, answer =>
        {
            if (_fetched.Last().MaxWaitMs < needed)
            {
                answer.Records = new RecordSet([]);
            }
        });
        using var source = NewSource(proxy.BootstrapServers);
        await using var stream = source.Open(Partition, new OffsetRange(0, 20));

        var read = await ReadAllAsync(stream);

        Assert.Equal(20, read.Count);
    }
}
