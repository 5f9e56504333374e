using System.Text;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>Settings and replication factor of topics, as OSO's tool writes them since 0.20.</summary>
public sealed class ManifestConfigurationTests
{
    private static readonly TopicFacts Configured = new("orders", 3, "id")
    {
        ReplicationFactor = 2,
        Configurations = new Dictionary<string, string> { ["retention.ms"] = "-1", ["cleanup.policy"] = "compact,delete" },
    };

    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void They_stand_between_partition_count_and_partitions_with_settings_in_order_of_name()
    {
        const string expected = """
                {
                  "name": "orders",
                  "original_partition_count": 3,
                  "source_replication_factor": 2,
                  "configurations": {
                    "cleanup.policy": "compact,delete",
                    "retention.ms": "-1"
                  },
                  "partitions": []
                }
            """;

        Assert.Contains(expected.ReplaceLineEndings("\n"), Text(Render(Configured)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_and_settings_that_are_all_defaults_are_left_out()
    {
        Assert.DoesNotContain("source_replication_factor", Text(Render(new TopicFacts("orders", 3))), StringComparison.Ordinal);
        Assert.DoesNotContain("configurations", Text(Render(new TopicFacts("orders", 3))), StringComparison.Ordinal);
        Assert.DoesNotContain("configurations", Text(Render(Configured with { Configurations = None })), StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_program_wrote_stays_as_long_as_the_source_tells_nothing()
    {
        var existing = ManifestJson.Read(ManifestJson.Write(Render(Configured)), "m");

        Assert.Equal(Text(existing), Text(Render(new TopicFacts("orders", 3), existing)));
        Assert.Equal(Text(existing), Text(Render(null, existing)));
    }

    [Fact]
    public void What_the_source_tells_goes_before_what_another_program_wrote()
    {
        var existing = Render(Configured);
        var now = Configured with { ReplicationFactor = 3, Configurations = new Dictionary<string, string> { ["retention.ms"] = "5" } };

        Assert.Equal(Text(Render(now)), Text(Render(now, existing)));
        Assert.DoesNotContain("configurations", Text(Render(now with { Configurations = None }, existing)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"source_replication_factor\":null,")]
    [InlineData("\"configurations\":{},")]
    [InlineData("")]
    public void A_manifest_of_OSO_without_them_reads(string fields)
    {
        var topic = Assert.Single(Read(fields).Topics);

        Assert.Null(topic.SourceReplicationFactor);
        Assert.Empty(topic.Configurations);
    }

    [Theory]
    [InlineData("\"source_replication_factor\":\"3\",")]
    [InlineData("\"configurations\":null,")]
    [InlineData("\"configurations\":{\"retention.ms\":5},")]
    [InlineData("\"configurations\":{\"retention.ms\":null},")]
    public void What_OSO_could_not_read_is_refused(string fields) => Assert.Throws<StorageException>(() => Read(fields));

    [Theory]
    [InlineData("retention.ms", "5", true)]
    [InlineData("leader.replication.throttled.replicas", "*", false)]
    [InlineData("remote.storage.enable", "true", false)]
    [InlineData("retention.ms", null, false)]
    public void Only_settings_that_OSO_keeps_are_kept(string name, string? value, bool isKept) =>
        Assert.Equal(isKept, TopicConfigurationKeys.Keeps(name, value));

    [Fact]
    public void No_value_is_kept_that_would_burst_a_message() =>
        Assert.False(TopicConfigurationKeys.Keeps("retention.ms", new string('1', TopicConfigurationKeys.MaxValueLength + 1)));

    private static BackupManifest Read(string fields) =>
        ManifestJson.Read(Encoding.UTF8.GetBytes($$"""{"backup_id":"b","created_at":1,"topics":[{"name":"t",{{fields}}"partitions":[]}]}"""), "m");

    private static BackupManifest Render(TopicFacts? facts, BackupManifest? existing = null) => ManifestView.Render(
        new BackupId("b"), 1, null, [], "zstd", new[] { facts }.OfType<TopicFacts>().ToDictionary(topic => topic.Name), [], existing);

    private static string Text(BackupManifest manifest) => Encoding.UTF8.GetString(ManifestJson.Write(manifest));
}
