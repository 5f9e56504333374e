using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Benchmarks;

/// <summary>Writes records as a restore writes them, with its client and as many partitions at once, and reads them from nowhere.</summary>
internal static class ProduceAlone
{
    private const long Time = 1_700_000_000_000;

    /// <summary>Writes.</summary>
    /// <param name="configPath">The configuration of a restore.</param>
    /// <param name="topic">A topic that is there.</param>
    /// <param name="partitions">How many partitions it has.</param>
    /// <param name="each">How many records each of them gets.</param>
    /// <param name="size">How many bytes the value of a record has.</param>
    public static async Task RunAsync(string configPath, string topic, int partitions, long each, int size)
    {
        var configuration = ConfigurationLoader.LoadRestore(configPath, _ => null);
        var clients = new KafkaClients(configuration.Target, NullLogger<KafkaClients>.Instance);
        using var sink = new KafkaRecordSink(clients);
        var values = Values.Pool(size, isRandom: false);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, partitions), new ParallelOptions { MaxDegreeOfParallelism = configuration.Restore.MaxConcurrentPartitions },
            async (number, cancellation) =>
            {
                var writer = sink.Open(new PartitionId(topic, number));
                for (var record = 0L; record < each; record++)
                {
                    await writer.WriteAsync(new RecordCopy(record, Time + record, null, values[record % values.Length]), cancellation);
                }

                await writer.CompleteAsync(cancellation);
            });
    }
}
