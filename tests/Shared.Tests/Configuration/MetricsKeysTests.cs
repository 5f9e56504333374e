using System.Net;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>The section <c>metrics</c>.</summary>
public sealed class MetricsKeysTests
{
    /// <summary>The keys that are tried here.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["metrics.enabled", "metrics.port", "metrics.bind_address", "metrics.path", "metrics.max_partition_labels", "metrics.keep_alive_seconds"];

    [Theory]
    [InlineData("")]
    [InlineData("metrics: {enabled: false, port: 8080, update_interval_ms: 500}\n")]
    public void Nothing_is_served_unless_a_section_asks_for_it(string section) => Assert.Null(Yaml.Parse(Yaml.Minimal + section).Metrics);

    [Theory]
    [InlineData("metrics:\n")]
    [InlineData("metrics: {}\n")]
    [InlineData("metrics: {enabled: true}\n")]
    public void A_section_serves_where_OSO_does(string section) => Assert.Equal(
        new MetricsSection { IsEnabled = true, Port = 8080, BindAddress = IPAddress.Any, Path = "/metrics", MaxPartitionLabels = 2_000 },
        Yaml.Parse(Yaml.Minimal + section).Metrics);

    [Fact]
    public void Metrics_are_served_as_asked_for() => Assert.Equal(
        new MetricsSection { Port = 0, BindAddress = IPAddress.IPv6Loopback, Path = "/m", MaxPartitionLabels = 0, KeepAlive = TimeSpan.FromSeconds(30) },
        Yaml.Parse($"{Yaml.Minimal}metrics: {{port: 0, bind_address: '::1', path: /m, max_partition_labels: 0, keep_alive_seconds: 30}}\n").Metrics);

    [Theory]
    [InlineData("port", "65536", "must be a whole number from 0 to 65535, not '65536'")]
    [InlineData("bind_address", "localhost", "must be an IP address, such as 0.0.0.0 or 127.0.0.1, not 'localhost'")]
    [InlineData("path", "metrics", "must begin with '/', and have no blank and none of ? # { } * in it, not 'metrics'")]
    [InlineData("max_partition_labels", "-1", "must be a whole number from 0 to 2147483647, not '-1'")]
    [InlineData("keep_alive_seconds", "-1", "must be a whole number from 0 to 2147483, not '-1'")]
    [InlineData("update_interval_ms", "500", "has no effect in OSO kafka-backup; here the numbers are those of the moment at which they are asked for; remove it")]
    public void A_value_that_a_key_does_not_take_is_refused(string key, string value, string message)
    {
        var problem = Yaml.Problem(Yaml.With($"metrics.{key}", value));

        Assert.Equal(($"metrics.{key}", message), (problem.Path, problem.Message));
    }

    [Fact]
    public void Whoever_submits_the_section_to_a_cluster_hears_that_nodes_have_their_own() =>
        Assert.Contains("/metrics", Assert.Single(DefinitionCheck.Read($"{Yaml.Minimal}metrics: {{}}\n", _ => null).Notes), StringComparison.Ordinal);
}
