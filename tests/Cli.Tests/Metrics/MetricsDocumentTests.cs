using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Akka.Actor;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Management;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Metrics;

/// <summary>What the documents say of metrics and alerts is what there is.</summary>
public sealed class MetricsDocumentTests
{
    private const RegexOptions Lines = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    private static readonly Regex Row = new(@"^\| `(?<name>kafka_backup_[a-z_]+)` \| (?<type>[a-z]+) \| [a-z_, ]*\| (?<meaning>.+) \|$", Lines);
    private static readonly Regex Alert = new(@"- alert: (?<name>\w+)$", Lines);
    private static readonly Regex AlertHeading = new(@"^### (?<name>KafkaBackup\w+)\n(?<text>.+)", Lines);

    [Fact]
    public async Task Every_metric_is_documented_as_the_code_has_it_and_no_other()
    {
        using var meter = new Meter("test");
        var system = ActorSystem.Create("nobody");
        _ = (new StoreMetrics(meter), new WorkerMetrics(meter), new RunMetrics(meter, TimeProvider.System), new ClusterMetrics(meter, system));
        using var probe = new MeterProbe(meter);

        var documented = Row.Matches(Read("docs/metrics.md"))
            .Select(row => (row.Groups["name"].Value, row.Groups["type"].Value, row.Groups["meaning"].Value));

        var there = probe.Instruments.Select(instrument => (instrument.Name, TypeOf(instrument), instrument.Description!));
        Assert.Equal(there.Order(), documented.Order());
        await system.Terminate();
    }

    [Fact]
    public void Every_alert_is_documented_and_no_other()
    {
        var alerts = Alert.Matches(Read("deploy/monitoring/alerts.yaml")).Select(alert => alert.Groups["name"].Value).ToList();

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Order(), AlertHeading.Matches(Read("docs/metrics.md")).Select(heading => heading.Groups["name"].Value).Order());
    }

    private static string TypeOf(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        Histogram<double> => "histogram",
        _ => "gauge",
    };

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));
}
