using KafkaBackup.EmbeddedKafka.Tests.Protocol;
using Xunit;
using Xunit.Abstractions;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

public sealed class ConformanceTests(ITestOutputHelper output)
{
    private const int Shown = 200;

    [Fact]
    public async Task The_embedded_broker_answers_the_script_the_same_each_time()
    {
        var log = new BrokerLog();
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Logger = log });

        var first = await ConformanceScript.RunAsync(broker.Port);
        var second = await ConformanceScript.RunAsync(broker.Port);

        Assert.Empty(log.Faults);
        Assert.Empty(log.Refusals);
        Assert.Equal(first.Lines, second.Lines);
    }

    [SkippableFact]
    public async Task The_embedded_broker_answers_the_script_as_Kafka_does()
    {
        var port = await RealBroker.PortAsync();
        await using var broker = EmbeddedBroker.Start();

        var comparison = Comparison.Of(await ConformanceScript.RunAsync(port), await ConformanceScript.RunAsync(broker.Port), KnownDifferences.All);

        output.WriteLine($"{comparison.Steps} steps, {comparison.Fields} fields, of which {comparison.Known.Count} differ on purpose");
        Assert.True(comparison.Unknown.Count == 0, Report("differ", comparison.Unknown));
        Assert.True(comparison.Unused.Count == 0, Report("are said to differ, and do not", comparison.Unused));
    }

    private static string Report<T>(string what, IReadOnlyList<T> found) =>
        $"{found.Count} {what}:{Environment.NewLine}{string.Join(Environment.NewLine, found.Take(Shown))}";
}
