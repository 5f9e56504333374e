using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class UnknownKeysTests
{
    [Theory]
    [InlineData("backup", "compresion", "compression")]
    [InlineData("backup", "compression-level", "compression_level")]
    [InlineData("backup", "segment_max_byte", "segment_max_bytes")]
    [InlineData("backup", "start_offest", "start_offset")]
    [InlineData("backup", "Include_Offset_Headers", "include_offset_headers")]
    [InlineData("offset_storage", "dbpath", "db_path")]
    public void A_misspelt_key_is_reported_with_the_nearest_one(string section, string key, string nearest) =>
        Assert.Equal(
            new ConfigurationProblem($"{section}.{key}", 10, 3, $"is no known key; did you mean '{nearest}'?"),
            Yaml.Problem(Yaml.With($"{section}.{key}", "1")));

    [Theory]
    [InlineData("mdoe", "mode")]
    [InlineData("sorce", "source")]
    [InlineData("storages", "storage")]
    public void In_a_short_key_one_slip_is_forgiven(string key, string nearest) =>
        Assert.Equal(
            new ConfigurationProblem(key, 9, 1, $"is no known key; did you mean '{nearest}'?"),
            Yaml.Problem(Yaml.With(key, "1")));

    [Fact]
    public void A_key_that_is_near_to_none_is_reported_with_all() =>
        Assert.Equal(
            new ConfigurationProblem("offset_storage.colour", 10, 3, "is no known key; known here: backend, db_path, sync_interval_secs"),
            Yaml.Problem(Yaml.With("offset_storage.colour", "red")));

    [Fact]
    public void An_unknown_key_needs_no_value() =>
        Assert.Equal("colour", Yaml.Problem(Yaml.Minimal + "colour:\n").Path);

    [Fact]
    public void A_key_given_twice_is_reported_at_the_second_place() =>
        Assert.Equal(
            new ConfigurationProblem("backup_id", 9, 1, "is given twice; the first is on line 2"),
            Yaml.Problem(Yaml.Minimal + "backup_id: other\n"));

    [Fact]
    public void A_key_given_twice_in_a_section_is_reported_with_its_path() =>
        Assert.Equal("backup.compression", Yaml.Problem(Yaml.Minimal + "backup:\n  compression: zstd\n  compression: none\n").Path);

    [Theory]
    [InlineData("? [a, b]\n: 1\n")]
    [InlineData("? {a: b}\n: 1\n")]
    [InlineData("!tag a: 1\n")]
    public void A_key_must_be_a_text(string entry)
    {
        var problem = Yaml.Problem(Yaml.Minimal + entry);

        Assert.Equal(("", 9, "a key must be a single text without a tag"), (problem.Path, problem.Line, problem.Message));
    }

    [Theory]
    [InlineData("target", "belongs to a restore")]
    [InlineData("restore", "belongs to a restore")]
    [InlineData("logging", "--log-format say what is logged")]
    [InlineData("source.security.sasl_keytab_path", "Kerberos")]
    [InlineData("source.connection.keepalive_time_secs", "sysctl")]
    [InlineData("source.connection.connections_per_broker", "max_concurrent_partitions")]
    [InlineData("storage.bucket", "another backend")]
    [InlineData("storage.account_name", "another backend")]
    [InlineData("storage.prefix", "write it into storage.path")]
    [InlineData("backup.checkpoint_interval_secs", "positions are saved with each segment")]
    [InlineData("offset_storage.s3_key", "beside the manifest")]
    public void A_key_of_Oso_that_is_not_read_is_not_called_unknown(string path, string sentence)
    {
        var yaml = path.Split('.') switch
        {
            [var name] => $"{Yaml.Minimal}{name}: {{a: b}}\n",
            ["storage", var name] => Yaml.Minimal.Replace("storage:\n", $"storage:\n  {name}: 1\n", StringComparison.Ordinal),
            _ => Yaml.With(path, "1"),
        };

        var problem = Yaml.Problem(yaml);

        Assert.Equal(path, problem.Path);
        Assert.Contains(sentence, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_below_a_section_of_Oso_are_not_reported_one_by_one() =>
        Assert.Equal("logging", Yaml.Problem(Yaml.Minimal + "logging:\n  level: info\n  file: x\n").Path);

    [Fact]
    public void Text_of_a_key_cannot_forge_a_line_of_its_own() =>
        Assert.Equal("a\\u000ab", Yaml.Problem(Yaml.Minimal + "\"a\\nb\": 1\n").Path);
}
