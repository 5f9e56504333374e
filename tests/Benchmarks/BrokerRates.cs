using System.Diagnostics;
using Confluent.Kafka;
using KafkaBackup.EmbeddedKafka;

namespace KafkaBackup.Benchmarks;

/// <summary>How fast one producer and one consumer of Confluent.Kafka get records into the embedded broker and out of it.</summary>
/// <remarks>Clients and broker share the process and its cores, so this is what they reach together.</remarks>
internal static class BrokerRates
{
    private const int Records = 200_000;
    private const int WarmUpRecords = 20_000;
    private const int RecordBytes = 1024;
    private const int Partitions = 2;
    private const int Rounds = 3;

    /// <summary>Measures and prints a table.</summary>
    public static async Task RunAsync()
    {
        var values = Values();
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { MemoryLimit = 1L << 30 });
        var clients = new BrokerClients(broker.BootstrapServers);
        await RoundAsync(clients, "warm-up", values[..WarmUpRecords]);

        var (copies, produces, fetches) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var round = 1; round <= Rounds; round++)
        {
            copies.Add(Copy(values));
            var (produced, fetched) = await RoundAsync(clients, $"round-{round}", values);
            produces.Add(produced);
            fetches.Add(fetched);
        }

        Console.WriteLine();
        Console.WriteLine($"## Embedded broker, {Records:N0} records of {RecordBytes:N0} B, 1 topic, {Partitions} partitions, median of {Rounds}");
        Console.WriteLine();
        Console.WriteLine("| what | records/s | MB/s | MB/s, worst and best | time, copy = 1 |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        PrintRow("copy of the values in memory", copies, copies);
        PrintRow("produce, acknowledged", produces, copies);
        PrintRow("fetch, checksums compared", fetches, copies);
    }

    private static async Task<(TimeSpan Produced, TimeSpan Fetched)> RoundAsync(BrokerClients clients, string topic, byte[][] values)
    {
        await clients.CreateTopicAsync(topic, Partitions);
        var produced = Produce(clients, topic, values);
        var fetched = Fetch(clients, topic, values.Length);
        await clients.DeleteTopicAsync(topic);
        return (produced, fetched);
    }

    private static TimeSpan Produce(BrokerClients clients, string topic, byte[][] values)
    {
        var targets = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(topic, partition)).ToArray();
        using var producer = clients.Producer();
        using var pending = new CountdownEvent(values.Length);
        Error? failed = null;
        void OnReport(DeliveryReport<Null, byte[]> report)
        {
            // Comes from the producer's own thread, and from this one while it flushes.
            failed = report.Error.IsError ? report.Error : failed;
            pending.Signal();
        }

        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < values.Length; i++)
        {
            BrokerClients.Send(producer, targets[i % Partitions], values[i], OnReport);
        }

        producer.Flush(BrokerClients.Patience);
        var isDone = pending.Wait(BrokerClients.Patience);
        var time = Stopwatch.GetElapsedTime(start);
        return isDone && failed is null
            ? time
            : throw new InvalidOperationException($"{pending.CurrentCount} of {values.Length} records are unanswered; {failed?.Reason ?? "no error"}.");
    }

    private static TimeSpan Fetch(BrokerClients clients, string topic, int count)
    {
        using var consumer = clients.Consumer();
        var start = Stopwatch.GetTimestamp();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        var bytes = 0L;
        for (var i = 0; i < count; i++)
        {
            var result = consumer.Consume(BrokerClients.Patience) ?? throw new TimeoutException($"{i} of {count} records came.");
            bytes += result.Message.Value.Length;
        }

        var time = Stopwatch.GetElapsedTime(start);
        return bytes == (long)count * RecordBytes ? time : throw new InvalidOperationException($"{bytes} bytes came.");
    }

    private static TimeSpan Copy(byte[][] values)
    {
        // Not zeroed lazily: the first touch of a page would be measured too.
        var target = new byte[values.Length * RecordBytes];
        target.AsSpan().Fill(1);

        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < values.Length; i++)
        {
            values[i].CopyTo(target, i * RecordBytes);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static byte[][] Values()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Records).Select(_ =>
        {
            var value = new byte[RecordBytes];
            random.NextBytes(value);
            return value;
        })];
    }

    private static void PrintRow(string what, List<TimeSpan> times, List<TimeSpan> baseline) =>
        Console.WriteLine(
            $"| {what} | {Records / Median(times):N0} | {Rate(Median(times)):N0} | "
            + $"{Rate(times.Max().TotalSeconds):N0} to {Rate(times.Min().TotalSeconds):N0} | {Median(times) / Median(baseline):N1} |");

    private static double Rate(double seconds) => Records * (long)RecordBytes / seconds / 1e6;

    private static double Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2).TotalSeconds;
}
