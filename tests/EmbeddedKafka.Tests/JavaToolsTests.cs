using System.Diagnostics;
using System.Text.Json;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>Kafka's own command line tools against the embedded broker, where KAFKA_BACKUP_TEST_KAFKA_HOME names a folder that has them.</summary>
public sealed class JavaToolsTests : IAsyncLifetime
{
    private const string Variable = "KAFKA_BACKUP_TEST_KAFKA_HOME";
    private static readonly TimeSpan Patience = TestLimits.Hang;

    // As much as the loads need, and little enough to be filled.
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { MemoryLimit = 20_000_000 });

    public Task InitializeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task Topics_are_made_listed_and_described()
    {
        await RunAsync("bin/kafka-topics.sh", "", "--create", "--topic", "orders", "--partitions", "3");

        Assert.Equal("orders", (await RunAsync("bin/kafka-topics.sh", "", "--list")).Trim());
        Assert.Contains("PartitionCount: 3", await RunAsync("bin/kafka-topics.sh", "", "--describe", "--topic", "orders"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Console_producer_and_consumer_exchange_records_and_offsets_are_told()
    {
        await RunAsync("bin/kafka-topics.sh", "", "--create", "--topic", "words");
        await RunAsync("bin/kafka-console-producer.sh", "one\ntwo\nthree\n", "--topic", "words");

        var read = await RunAsync(
            "bin/kafka-console-consumer.sh", "", "--topic", "words", "--partition", "0", "--offset", "earliest", "--max-messages", "3");
        var offsets = await RunAsync("bin/kafka-get-offsets.sh", "", "--topic", "words");

        Assert.Equal(["one", "two", "three"], read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("words:0:3", offsets.Trim());
    }

    [SkippableFact]
    public async Task A_producer_that_fills_the_memory_shows_what_the_broker_says_about_it()
    {
        await RunAsync("bin/kafka-topics.sh", "", "--create", "--topic", "full");
        var lines = string.Concat(Enumerable.Repeat(new string('x', 500_000) + "\n", 50));

        var (_, errors) = await RunBothAsync("bin/kafka-console-producer.sh", lines, "--topic", "full", "--compression-codec", "none");

        Assert.Contains("PolicyViolationException: The embedded broker holds ", errors, StringComparison.Ordinal);
        Assert.Contains("raise its memory limit", errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Loads_of_all_shapes_codecs_and_transactions_are_read_back_as_they_were_sent()
    {
        var loaded = await RunToolAsync(
            "load", "--topic", "mixed", "--create", "--partitions", "2", "--records", "4000", "--shape", "mixed", "--codec", "all", "--transactions", "some-aborted", "--digest");
        var committed = await RunToolAsync("digest", "--topic", "mixed", "--isolation", "read_committed", "--content");
        var dumped = await RunToolAsync("dump", "--topic", "mixed", "--isolation", "read_committed");

        Assert.Equal(2, loaded.Count);
        Assert.Equal(loaded.Select(partition => partition.GetProperty("committedContent").GetString()), committed.Select(partition => partition.GetProperty("sha256").GetString()));
        Assert.Equal(loaded.Sum(partition => partition.GetProperty("committed").GetInt64()), dumped.Count);
    }

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    /// <summary>Runs <c>kt</c>, and returns those lines of its output that are about one partition, in order.</summary>
    private async Task<List<JsonElement>> RunToolAsync(params IEnumerable<string> arguments)
    {
        var output = await RunAsync("tools/kt", "", arguments);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("partition", out _)).ToList();
    }

    private async Task<string> RunAsync(string tool, string input, params IEnumerable<string> arguments) =>
        (await RunBothAsync(tool, input, arguments)).Output;

    private async Task<(string Output, string Errors)> RunBothAsync(string tool, string input, params IEnumerable<string> arguments)
    {
        var home = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(home), $"Set {Variable} to a folder with Kafka's bin/ and tools/kt to run this.");
        string[] server = tool == "tools/kt" ? ["--bootstrap", _broker.BootstrapServers] : ["--bootstrap-server", _broker.BootstrapServers];
        var start = new ProcessStartInfo(Path.Combine(home!, tool), tool == "tools/kt" ? [.. arguments, .. server] : [.. server, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, $"{tool} ended with {process.ExitCode}: {await error}");
        return (await output, await error);
    }
}
