using System.Diagnostics;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Scripts that start, kill and end Kafka's own brokers, in the folder that KAFKA_BACKUP_TEST_KAFKA_HOME names; tests are skipped without
/// it.</summary>
internal sealed class KafkaScripts
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const string Variable = "KAFKA_BACKUP_TEST_KAFKA_HOME";

    private readonly string _home;

    private KafkaScripts(string home) => _home = home;

    public static KafkaScripts FindOrSkip()
    {
        var home = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(home) || !File.Exists(Path.Combine(home, "up")), $"{Variable} names no folder with Kafka's brokers.");
        return new KafkaScripts(home!);
    }

    /// <summary>What <c>up</c> says of the cluster that it started, as environment variables.</summary>
    public static string Told(string output, string variable) => output.Split('\n')
        .Single(line => line.StartsWith($"export {variable}=", StringComparison.Ordinal))
        .Split('=', 2)[1].Replace("\\", "", StringComparison.Ordinal);

    public async Task<string> RunAsync(string script, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_home, script), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{script} {string.Join(' ', arguments)}: exit {process.ExitCode}: {await errors}");
        return await output;
    }
}
