using Confluent.Kafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class LargeBatchTests() : LargeBatchContract(SourceClient.Librdkafka)
{
    [Fact]
    public async Task Of_records_that_hardly_pack_as_much_isAsked_for_as_the_configuration_says()
    {
        await CreateAsync(isReal: false);
        for (var i = 0; i < 20; i++)
        {
            Append(20, CompressionType.None, 1_000);
        }

        Assert.Equal((400L, null), await ReadAsync(400));
        Assert.Equal(1, Asked.First());
        Assert.Equal(65_536, Asked.Max());
    }

    [Fact]
    public async Task Of_records_that_unpack_to_thousands_of_times_their_size_a_batch_isAsked_for_at_a_time()
    {
        await CreateAsync(isReal: false);
        for (var i = 0; i < 20; i++)
        {
            Append(20, CompressionType.Zstd, 40_000);
        }

        Assert.Equal((400L, null), await ReadAsync(400, fetchMaxBytes: 4_194_304, limit: 100_000_000));
        Assert.Equal([1], Asked.Distinct());
    }
}
