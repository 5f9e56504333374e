using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <content>Clients: how much patience they have with a broker that has to fetch from elsewhere first, and how long they are kept.</content>
public sealed partial class SourceReadingTests
{
    [Fact]
    public async Task A_client_that_nobody_uses_for_a_while_ends_and_one_that_was_just_used_is_kept()
    {
        await FillAsync(batches: 2);
        var clock = new FakeTimeProvider();
        using var source = NewSource(Broker.BootstrapServers, clock: clock);

        await using (var stream = source.Open(Partition, new OffsetRange(0, 20)))
        {
            await ReadAllAsync(stream);
        }

        clock.Advance(KafkaRecordSource.IdleLimit / 2);
        Assert.Equal(1, source.IdleCount);
        clock.Advance(KafkaRecordSource.IdleLimit);
        Assert.Equal(0, source.IdleCount);
    }

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
