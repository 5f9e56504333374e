using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using KafkaBackup.Management;
using Xunit;

namespace KafkaBackup.Cli.Tests.Metrics;

/// <summary>How instruments become text.</summary>
public sealed class PrometheusExporterTests : IDisposable
{
    private static readonly KeyValuePair<string, object?> Nightly = new("backup_id", "nightly");
    private readonly Meter _meter = new("KafkaBackup");
    private readonly PrometheusExporter _exporter;

    public PrometheusExporterTests() => _exporter = new PrometheusExporter(_meter);

    [Fact]
    public async Task Counters_add_up_gauges_are_the_last_and_histograms_count()
    {
        var counter = _meter.CreateCounter<long>("c_total", null, "A counter");
        var buckets = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] };
        var histogram = _meter.CreateHistogram("h_seconds", null, "A histogram", null, buckets);
        var gauge = _meter.CreateGauge<double>("g", null, "A gauge");
        counter.Add(2, Nightly);
        counter.Add(3, Nightly);
        histogram.Record(1, Nightly);
        gauge.Record(1.5, Nightly);
        gauge.Record(2.5, Nightly);

        var text = await ScrapeAsync();

        Assert.Contains("# HELP c_total A counter\n# TYPE c_total counter\nc_total{backup_id=\"nightly\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("h_seconds_bucket{backup_id=\"nightly\",le=\"0.5\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("h_seconds_bucket{backup_id=\"nightly\",le=\"2\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("g{backup_id=\"nightly\"} 2.5\n", text, StringComparison.Ordinal);
        Assert.Contains("process_cpu_seconds_total", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_longer_told_is_no_longer_written()
    {
        List<string> topics = ["a", "b\"\\\n"];
        _meter.CreateObservableGauge("lag", () => topics.Select(topic => new Measurement<long>(7, new KeyValuePair<string, object?>("topic", topic))));
        var before = await ScrapeAsync();
        topics.RemoveAt(0);

        var after = await ScrapeAsync();

        Assert.Contains("lag{topic=\"a\"} 7", before, StringComparison.Ordinal);
        Assert.DoesNotContain("lag{topic=\"a\"}", after, StringComparison.Ordinal);
        Assert.Contains("lag{topic=\"b\\\"\\\\\\n\"} 7", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_of_the_same_name_in_the_same_process_is_another_one()
    {
        using var other = new Meter("KafkaBackup");
        other.CreateCounter<long>("other_total").Add(1);

        Assert.DoesNotContain("other_total", await ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_has_the_numbers_at_both_paths_and_says_that_it_is_alive()
    {
        _meter.CreateCounter<long>("c_total").Add(1);
        await using var server = await MetricsServer.StartAsync(IPAddress.Loopback, 0, "/numbers", _exporter);
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };

        using var answer = await client.GetAsync("/numbers");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("c_total 1\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("c_total 1\n", await client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal("""{"status":"healthy"}""", await client.GetStringAsync("/healthz"));
        using var posted = await client.PostAsync("/metrics", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        await using var server = await MetricsServer.StartAsync(IPAddress.Loopback, 0, "/metrics", _exporter);

        await Assert.ThrowsAsync<IOException>(() => MetricsServer.StartAsync(IPAddress.Loopback, new Uri(server.Address).Port, "/metrics", _exporter));
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    private async Task<string> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await _exporter.WriteAsync(stream, CancellationToken.None);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
