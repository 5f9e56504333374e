using System.Diagnostics;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.Benchmarks.Limits;

/// <summary>How long the program takes to say something, and until it asks for the first record.</summary>
/// <remarks>
/// The second is always measured with an embedded broker of its own, which sees each request as it comes in: clients of a real one go where that
/// says that it listens, past whatever stands before it to look on.
/// </remarks>
internal static class StartTimes
{
    private const int Records = 100;

    /// <summary>Measures. What a run took of the processor is of all of it; only its wall time ends with the request.</summary>
    public static async Task MeasureAsync(Options options, Measurements found)
    {
        var firstFetch = 0L;
        var embedded = EmbeddedBroker.Start(new EmbeddedBrokerOptions
        {
            Witness = request => _ = request is FetchRequest ? Interlocked.CompareExchange(ref firstFetch, Stopwatch.GetTimestamp(), 0) : 0,
        });
        await using var broker = SourceBroker.Of(embedded);
        await broker.FillAsync("start", 1, _ => Records, Values.Pool(Workload.Start.RecordBytes, isRandom: false));
        for (var round = 0; round < options.Rounds; round++)
        {
            await Machine.SettleAsync(options.Patience);
            using var backup = new BackupFolder(new BackupSetup(broker.Address, "start") { Client = options.Client }, options.Program);
            found.Add(Workload.Start, RunKind.Help, await backup.HelpAsync());
            Interlocked.Exchange(ref firstFetch, 0);
            var run = await backup.BackUpAsync();
            var asked = Interlocked.Read(ref firstFetch);
            found.Add(Workload.Start, RunKind.FirstFetch, asked == 0
                ? throw new InvalidOperationException("The backup asked for no records.")
                : run with { Wall = Stopwatch.GetElapsedTime(run.Began, asked) });
        }
    }
}
