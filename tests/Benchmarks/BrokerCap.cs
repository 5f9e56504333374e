using System.Diagnostics;
using Confluent.Kafka;
using KafkaBackup.EmbeddedKafka;

namespace KafkaBackup.Benchmarks;

/// <summary>Fills an embedded broker, goes on for as much again, and shows what it then holds and what the producer was told.</summary>
internal static class BrokerCap
{
    private const long MemoryLimit = 64L << 20;
    private const int RecordBytes = 1024;

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync()
    {
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { MemoryLimit = MemoryLimit });
        var clients = new BrokerClients(broker.BootstrapServers);
        await clients.CreateTopicAsync("full", 1);
        using var producer = clients.Producer();
        var value = new byte[RecordBytes];
        new Random(1).NextBytes(value);
        var before = ResidentBytes();

        // Twice what fits.
        const int Records = (int)(2 * MemoryLimit / RecordBytes);
        using var pending = new CountdownEvent(Records);
        var refused = 0;
        Error? reason = null;
        void OnReport(DeliveryReport<Null, byte[]> report)
        {
            // Comes from the producer's own thread, and from this one while it flushes.
            if (report.Error.IsError)
            {
                Interlocked.Increment(ref refused);
                reason = report.Error;
            }

            pending.Signal();
        }

        var target = new TopicPartition("full", 0);
        for (var i = 0; i < Records; i++)
        {
            BrokerClients.Send(producer, target, value, OnReport);
        }

        producer.Flush(BrokerClients.Patience);
        if (!pending.Wait(BrokerClients.Patience))
        {
            throw new TimeoutException($"{pending.CurrentCount} records are unanswered.");
        }

        if (reason is null || broker.MemoryUsed > MemoryLimit)
        {
            throw new InvalidOperationException($"The broker took {Records - refused} records and holds {broker.MemoryUsed} bytes.");
        }

        Console.WriteLine();
        Console.WriteLine($"## Embedded broker at its memory limit, {Records:N0} records of {RecordBytes:N0} B sent");
        Console.WriteLine();
        Console.WriteLine("| what | value |");
        Console.WriteLine("|---|---:|");
        Console.WriteLine($"| MemoryLimit | {MemoryLimit:N0} bytes |");
        Console.WriteLine($"| MemoryUsed | {broker.MemoryUsed:N0} bytes, {100.0 * broker.MemoryUsed / MemoryLimit:N1} % |");
        Console.WriteLine($"| records taken, refused | {Records - refused:N0}, {refused:N0} |");
        Console.WriteLine($"| error that Confluent.Kafka reports | {reason.Code}: {reason.Reason} |");
        Console.WriteLine($"| sentence in the broker's answer | {await RefusalText.AskAsync(broker.Port, target.Topic)} |");
        Console.WriteLine($"| resident memory of the process before, after, most | {Mb(before)}, {Mb(ResidentBytes())}, {Mb(PeakBytes())} |");
    }

    private static long ResidentBytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static long PeakBytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static string Mb(long bytes) => $"{bytes / 1e6:N0} MB";
}
