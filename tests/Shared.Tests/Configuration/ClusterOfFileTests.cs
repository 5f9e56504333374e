using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>A file of either mode in place of a cluster's address.</summary>
public sealed class ClusterOfFileTests
{
    private const string Rest = "backup_id: b\nstorage: {backend: filesystem, path: /b}\n";

    [Theory]
    [InlineData("mode: backup\nsource: {bootstrap_servers: [kafka:9092]}\n", "source")]
    [InlineData("mode: restore\ntarget: {bootstrap_servers: [kafka:9092]}\nrestore: {create_topics: true}\n", "target")]
    public void The_cluster_of_a_file_is_the_one_that_its_mode_has(string lines, string section)
    {
        var cluster = Parse(lines + Rest);

        Assert.Equal((section, "kafka:9092"), (cluster.Name, Assert.Single(cluster.BootstrapServers)));
    }

    [Theory]
    [InlineData("mode: restore\nsource: {bootstrap_servers: [kafka:9092]}\nrestore: {}\n", "target")]
    [InlineData("mode: other\nsource: {bootstrap_servers: [kafka:9092]}\n", "mode")]
    [InlineData("", "mode")]
    public void A_file_without_one_is_told_where_it_is_wrong(string lines, string place) =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => Parse(lines + Rest)).Problems, problem => $"{problem}".Contains(place, StringComparison.Ordinal));

    private static KafkaSection Parse(string yaml) => ConfigurationLoader.ParseCluster(yaml, "f.yaml", _ => null);
}
