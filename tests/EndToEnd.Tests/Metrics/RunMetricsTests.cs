using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Metrics;

/// <summary>The numbers of a run on one machine.</summary>
public sealed class RunMetricsTests : BrokerTest
{
    private readonly HttpClient _client = new();

    [Fact]
    public async Task A_continuous_run_tells_what_it_reads_stores_and_lacks_and_stops_in_good_order()
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(100));
        var address = $"http://127.0.0.1:{FreePort.Next()}/numbers";
        var backup = Configured(topic, address, "enabled: true", "path: /numbers");
        backup.Config = backup.Config with
        {
            Backup = ["continuous: true", "poll_interval_ms: 50", "segment_max_records: 100", "segment_max_interval_ms: 86400000"],
        };
        using var run = backup.Start();

        var saved = await UntilAsync(run, address, scrape =>
            scrape["kafka_backup_records_total{backup_id=\"nightly\"}"] == 100 && scrape["kafka_backup_lag_records_sum{backup_id=\"nightly\"}"] == 0);
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(7));
        var lag = $"kafka_backup_lag_records{{topic=\"{topic}\",partition=\"0\",backup_id=\"nightly\"}}";
        var lacking = await UntilAsync(run, address, scrape => scrape[lag] == 7);
        await run.TerminateAsync();

        Assert.Equal(1, saved["kafka_backup_segments_total{backup_id=\"nightly\"}"]);
        Assert.Equal(1, saved["kafka_backup_commits_total{backup_id=\"nightly\"}"]);
        Assert.Equal(0, saved["kafka_backup_storage_waiting_seconds{backup_id=\"nightly\"}"]);
        Assert.Equal(1, saved["kafka_backup_journal_usable"]);
        Assert.Equal(7, lacking["kafka_backup_lag_records_max{backup_id=\"nightly\"}"]);
        Assert.InRange(lacking["kafka_backup_lag_seconds_max{backup_id=\"nightly\"}"], 0, 600);
        (await run.FinishAsync()).AssertExit(0).AssertSays($"Metrics are served at {address}");
    }

    [Fact]
    public async Task The_last_numbers_of_a_run_can_be_read_until_a_signal_ends_the_time_for_it()
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var address = $"http://127.0.0.1:{FreePort.Next()}/metrics";
        var backup = Configured(topic, address, "keep_alive_seconds: 86400");
        using var run = backup.Start();

        await UntilAsync(run, address, scrape => scrape["kafka_backup_runs_total{backup_id=\"nightly\",outcome=\"completed\"}"] == 1
            && scrape["kafka_backup_last_completed_run_timestamp_seconds{backup_id=\"nightly\"}"] > 0);
        await run.TerminateAsync();

        (await run.FinishAsync()).AssertExit(0);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_the_run_goes_on()
    {
        var topic = await NewTopicAsync();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var backup = Configured(topic, $"http://{taken.LocalEndpoint}/metrics", "enabled: true");

        (await backup.RunAsync()).AssertExit(0).AssertSays($"Metrics cannot be served at {taken.LocalEndpoint}: ");
    }

    protected override void Dispose(bool disposing)
    {
        _client.Dispose();
        base.Dispose(disposing);
    }

    private TestBackup Configured(string topic, string address, params string[] lines)
    {
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Metrics = [$"port: {new Uri(address).Port}", "bind_address: 127.0.0.1", .. lines] };
        return backup;
    }

    private async Task<Scrape> UntilAsync(CliRun run, string address, Func<Scrape, bool> condition)
    {
        Scrape? last = null;
        while (await run.WaitUntilAsync(() => true))
        {
            last = await Scrape.TryReadAsync(_client, address);
            if (last is not null && condition(last))
            {
                return last;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50)); // Prometheus, too, looks again and again.
        }

        var numbers = string.Join('\n', last?.Series.Select(series => $"{series.Key} {series.Value}") ?? []);
        throw new InvalidOperationException($"The run ended. Its last numbers: {numbers}");
    }
}
