using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Microsoft.AspNetCore.Builder;

namespace KafkaBackup.EndToEnd.Tests.Metrics;

/// <summary>The numbers of a node, and all that is said of them elsewhere.</summary>
public sealed class NodeMetricsTests : BrokerTest
{
    private const string Token = "read-numbers";
    private const RegexOptions Lines = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    private static readonly Regex Row = new(@"^\| `(?<name>kafka_backup_[a-z_]+)` \| (?<type>[a-z]+) \| (?<labels>[a-z_, ]*)\|", Lines);
    private static readonly Regex AlertQuery = new(@"^ +expr: (?<query>.+)$", Lines);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kafka-backup-node-");
    private readonly HttpClient _client = new() { Timeout = TestLimits.Hang };

    [Fact]
    public async Task Each_documented_metric_and_each_in_dashboard_and_alerts_is_exported_by_a_node_at_work()
    {
        var (ends, goesOn) = (NewBackupCalled("ends", [await NewTopicAsync()]), NewBackupCalled("goes-on", [await NewTopicAsync("users")]));
        await Broker.ProduceAsync(new PartitionId(ends.Config.Include[0], 0), SampleRecords.Plain(100));
        await Broker.ProduceAsync(new PartitionId(goesOn.Config.Include[0], 0), SampleRecords.Plain(50));
        goesOn.Config = goesOn.Config with { Backup = ["continuous: true", "poll_interval_ms: 50", "segment_max_records: 50"] };
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        await using var node = Node(address);
        await node.StartAsync();

        await UntilAsync(address, scrape => scrape["kafka_backup_cluster_members{status=\"up\"}"] == 1);
        await SubmitAsync(address, ends);
        await SubmitAsync(address, goesOn);
        var scrape = await UntilAsync(address, found => found["kafka_backup_runs_total{backup_id=\"ends\",outcome=\"completed\"}"] == 1
            && found["kafka_backup_last_completed_run_timestamp_seconds{backup_id=\"ends\"}"] > 0
            && found["kafka_backup_records_total{backup_id=\"goes-on\"}"] == 50 && found["kafka_backup_lag_records_sum{backup_id=\"goes-on\"}"] == 0
            && found["kafka_backup_shard_entities{region=\"coordinators\"}"] >= 1);

        Assert.Equal(0, scrape["kafka_backup_cluster_unreachable_members"]);
        Assert.Equal(0, scrape[$"kafka_backup_lag_records{{topic=\"{goesOn.Config.Include[0]}\",partition=\"0\",backup_id=\"goes-on\"}}"]);
        AssertDocumented(scrape);
        var alerts = AlertQuery.Matches(Read("deploy/monitoring/alerts.yaml")).Select(alert => alert.Groups["query"].Value);
        var queries = alerts.Concat(DashboardQueries()).ToList();
        Assert.True(queries.Count > 30, $"Only {queries.Count} queries were found.");
        Assert.All(queries, query => Assert.All(NamesIn(query), name => Assert.Contains(name, scrape.Names)));

        using var refused = await _client.GetAsync($"{address}/metrics");
        _client.DefaultRequestHeaders.Authorization = null;
        using var open = await _client.GetAsync($"{address}/metrics");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (refused.StatusCode, open.StatusCode));
        await node.StopAsync();
    }

    [Theory]
    [InlineData("time() - max by (b) (a{x=\"y (z)\"}) > 26 * 3600 unless on (b) c", "a c")]
    [InlineData("histogram_quantile(0.9, sum by (b, le) (rate(h_bucket{b=~\"$backup\"}[$__rate_interval]))) > 5", "h_bucket")]
    [InlineData("max(a) != min(b)", "a b")]
    public void A_query_names_its_metrics(string query, string expected) => Assert.Equal(expected.Split(' '), PromQl.MetricsIn(query));

    protected override void Dispose(bool disposing)
    {
        _client.Dispose();
        base.Dispose(disposing);
        _folder.Delete(recursive: true);
    }

    private static void AssertDocumented(Scrape scrape)
    {
        var rows = Row.Matches(Read("docs/metrics.md"));
        Assert.True(rows.Count > 30, $"Only {rows.Count} metrics are documented.");
        Assert.All(rows, row =>
        {
            var name = row.Groups["name"].Value + (row.Groups["type"].Value == "histogram" ? "_bucket" : "");
            Assert.Equal(
                row.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Order(),
                (scrape.LabelsOf(name) ?? throw new InvalidOperationException($"{name} is not exported.")).Order());
        });
    }

    private static IReadOnlyList<string> NamesIn(string query)
    {
        var names = PromQl.MetricsIn(query);
        Assert.NotEmpty(names);
        return names;
    }

    private static IEnumerable<string> DashboardQueries()
    {
        using var dashboard = JsonDocument.Parse(Read("deploy/monitoring/grafana-dashboard.json"));
        return [.. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
                   from target in panel.GetProperty("targets").EnumerateArray()
                   select target.GetProperty("expr").GetString()!];
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private WebApplication Node(string address)
    {
        var port = FreePort.Next();
        var variables = new Dictionary<string, string>
        {
            ["KAFKA_BACKUP_CATALOG"] = Path.Combine(_folder.FullName, "catalogue"),
            ["KAFKA_BACKUP_DATA_DIR"] = Path.Combine(_folder.FullName, "data"),
            ["KAFKA_BACKUP_PORT"] = $"{port}",
            ["KAFKA_BACKUP_SEEDS"] = $"127.0.0.1:{port}",
            ["KAFKA_BACKUP_HTTP_PORT"] = $"{new Uri(address).Port}",
            ["KAFKA_BACKUP_METRICS_TOKEN"] = Token,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return NodeHost.Build(NodeSettings.Read(null, variables.GetValueOrDefault), OutputOptions.Default, _ => { });
    }

    private async Task SubmitAsync(string address, TestBackup backup)
    {
        using var answer = await _client.PostAsJsonAsync($"{address}/api/v1/backups", new { definition = backup.Config.ToString() });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<Scrape> UntilAsync(string address, Func<Scrape, bool> condition)
    {
        using var patience = new CancellationTokenSource(TestLimits.Hang);
        while (true)
        {
            if (await Scrape.TryReadAsync(_client, $"{address}/metrics") is { } scrape && condition(scrape))
            {
                return scrape;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token); // Prometheus, too, looks again and again.
        }
    }
}
