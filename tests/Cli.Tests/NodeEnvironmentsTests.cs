using KafkaBackup.Cli.Hosting;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using System.Diagnostics.Metrics;
using Xunit;

namespace KafkaBackup.Cli.Tests;

public sealed class NodeEnvironmentsTests : IDisposable
{
    private const string Definition = """
        mode: backup
        backup_id: nightly
        source: {bootstrap_servers: ["localhost:1"], topics: {include: [t]}}
        storage: {backend: filesystem, path: /nowhere}
        """;

    private static readonly BackupId Backup = new("nightly");
    private readonly FakeTimeProvider _clock = new();
    private readonly Meter _meter = new("test");
    private readonly NodeEnvironments _environments;

    public NodeEnvironmentsTests() => _environments = new NodeEnvironments(
        long.MaxValue, "node-0:4053", null, NullLoggerFactory.Instance, new StoreLog(NullLogger<StoreLog>.Instance, new StoreMetrics(_meter)), _clock);

    [Fact]
    public void What_a_run_needs_ends_ten_minutes_after_the_next_run_began_however_many_follow()
    {
        Prepare(1);
        Prepare(2);
        _clock.Advance(TimeSpan.FromMinutes(6));
        Prepare(3);
        Assert.NotNull(For(1));

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Throws<BackupException>(() => For(1));
        Assert.NotNull(For(2));
        _clock.Advance(TimeSpan.FromMinutes(60));
        Assert.NotNull(For(3));
    }

    [Fact]
    public void A_run_that_is_prepared_again_is_the_same()
    {
        Prepare(1);
        var first = For(1);

        Prepare(1);

        Assert.Same(first, For(1));
    }

    [Fact]
    public void A_definition_that_this_node_cannot_serve_is_answered_with_the_node_and_the_reason()
    {
        var fault = _environments.Prepare(Backup, Run(1), Definition.Replace("localhost:1", "${NOBODY_HAS_THIS}", StringComparison.Ordinal));

        Assert.Equal(FailureKind.Configuration, fault!.Kind);
        Assert.StartsWith("node-0:4053 cannot serve backup 'nightly'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("the variable NOBODY_HAS_THIS is not set", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_has_not_answered_for_a_while_is_told()
    {
        Assert.Null(_environments.Prepare(Backup, Run(1), Definition.Replace(
            "{backend: filesystem, path: /nowhere}",
            "{backend: s3, bucket: b, region: eu-west-1, endpoint: \"http://127.0.0.1:1\", path_style: true, access_key: a, secret_key: s, allow_http: true}",
            StringComparison.Ordinal)));
        using var stopped = new CancellationTokenSource();
        var reading = For(1).Store.GetAsync("nightly/manifest.json", stopped.Token);
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        while (_environments.WhyAway() is null)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, limit.Token); // Each try is a real one.
        }

        Assert.Matches("^the store s3://b of backup 'nightly' has not answered for 1[0-9] s$", _environments.WhyAway());
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Null(_environments.WhyAway());
    }

    public void Dispose()
    {
        _environments.Dispose();
        _meter.Dispose();
    }

    private static RunId Run(int number) => new($"run-{number}");

    private void Prepare(int number) => Assert.Null(_environments.Prepare(Backup, Run(number), Definition));

    private BackupEnvironment For(int number) => _environments.For(Backup, Run(number));
}
