using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>What counts as a text, a number, a boolean, a list and a map.</summary>
public sealed class ConfigurationTypesTests
{
    [Theory]
    [InlineData("[a]", "must be a text, not a list")]
    [InlineData("{a: b}", "must be a text, not a map")]
    public void A_list_or_a_map_is_no_text(string value, string message) =>
        Assert.Equal(new ConfigurationProblem("storage.path", 8, 9, message), Yaml.Problem(Yaml.With("storage.path", value)));

    [Theory]
    [InlineData("2024", "2024")]
    [InlineData("007", "007")]
    [InlineData("'a: b # c'", "a: b # c")]
    [InlineData("\"null\"", "null")]
    public void A_text_is_what_stands_in_the_file(string value, string expected) =>
        Assert.Equal(expected, Yaml.Parse(Yaml.With("backup_id", value)).BackupId.Value);

    [Theory]
    [InlineData("abc")]
    [InlineData("1_000")]
    [InlineData("1,000")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("0o10")]
    [InlineData("010")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    [InlineData("true")]
    public void A_number_is_plain_decimal_digits(string value) =>
        Assert.Equal(
            new ConfigurationProblem("backup.segment_max_records", 10, 24, $"must be a whole number of 1 or more, not '{value}'"),
            Yaml.Problem(Yaml.With("backup.segment_max_records", value)));

    [Fact]
    public void A_number_in_quotes_is_a_text() =>
        Assert.Equal(
            "must be a whole number from 1 to 22 without quotes, not '3'",
            Yaml.Problem(Yaml.With("backup.compression_level", "'3'")).Message);

    [Theory]
    [InlineData("[3]", "must be a whole number from 1 to 22, not a list")]
    [InlineData("{a: 3}", "must be a whole number from 1 to 22, not a map")]
    public void A_list_or_a_map_is_no_number(string value, string message) =>
        Assert.Equal(message, Yaml.Problem(Yaml.With("backup.compression_level", value)).Message);

    [Theory]
    [InlineData("yes")]
    [InlineData("on")]
    [InlineData("True")]
    [InlineData("1")]
    [InlineData("n")]
    public void Only_true_and_false_are_booleans(string value) =>
        Assert.Equal(
            new ConfigurationProblem("backup.include_offset_headers", 10, 27, $"must be true or false, not '{value}'"),
            Yaml.Problem(Yaml.With("backup.include_offset_headers", value)));

    [Fact]
    public void A_boolean_in_quotes_is_a_text() =>
        Assert.Equal(
            "must be true or false without quotes, not 'true'",
            Yaml.Problem(Yaml.With("backup.include_offset_headers", "'true'")).Message);

    [Theory]
    [InlineData("orders", "single value")]
    [InlineData("{a: b}", "map")]
    public void One_name_or_a_map_is_no_list(string value, string kind) =>
        Assert.Equal(
            $"must be a list, not a {kind}: write each entry on a line of its own, after '- '",
            Yaml.Problem(Yaml.With("source.topics.include", value)).Message);

    [Fact]
    public void Servers_separated_by_commas_are_no_list() =>
        Assert.Equal(
            new ConfigurationProblem(
                "source.bootstrap_servers", 4, 22, "must be a list, not a single value: write each entry on a line of its own, after '- '"),
            Yaml.Problem(Yaml.With("source.bootstrap_servers", "a:1,b:2")));

    [Fact]
    public void A_wrong_entry_of_a_list_is_named_by_its_index() =>
        Assert.Equal(
            ["source.topics.include[1]", "source.topics.include[2]"],
            Yaml.Problems(Yaml.With("source.topics.include", "[a, ~, [b]]")).Select(p => p.Path));

    [Theory]
    [InlineData("source", "1", "single value")]
    [InlineData("source", "[1]", "list")]
    [InlineData("backup", "zstd", "single value")]
    public void A_section_must_be_a_map(string key, string value, string kind)
    {
        var yaml = key == "source"
            ? Yaml.Minimal.Replace("source:\n  bootstrap_servers:\n    - kafka:9092", $"source: {value}", StringComparison.Ordinal)
            : Yaml.With(key, value);

        Assert.Equal($"must be a map of keys and values, not a {kind}", Yaml.Problem(yaml).Message);
    }

    [Theory]
    [InlineData("backup_id", "!hunter2 x")]
    [InlineData("backup_id", "! x")]
    [InlineData("backup_id", "!!str x")]
    [InlineData("source.topics.include", "!hunter2 [x]")]
    [InlineData("backup", "!hunter2 {compression: zstd}")]
    [InlineData("backup", "!hunter2")]
    public void A_tag_is_refused_without_repeating_it(string key, string value) =>
        Assert.Equal("must not have a YAML tag; a value that begins with '!' needs quotes", Yaml.Problem(Yaml.With(key, value)).Message);

    [Theory]
    [InlineData("kafka:9092")]
    [InlineData("10.0.0.1:1")]
    [InlineData("broker_1.kafka-net:65535")]
    [InlineData("[::1]:9092")]
    [InlineData("[fe80::1%eth0]:9092")]
    public void A_broker_is_a_host_and_a_port(string server) =>
        Assert.Equal([server], Yaml.Parse(Yaml.With("source.bootstrap_servers", $"['{server}']")).Source.BootstrapServers);

    [Theory]
    [InlineData("kafka", "must be host:port, an IPv6 address in brackets")]
    [InlineData(":9092", "must be host:port, an IPv6 address in brackets")]
    [InlineData("::1:9092", "must be host:port, an IPv6 address in brackets")]
    [InlineData("[kafka]:9092", "must be host:port, an IPv6 address in brackets")]
    [InlineData("[10.0.0.1]:9092", "must be host:port, an IPv6 address in brackets")]
    [InlineData("kafka://a:9092", "must be host:port, an IPv6 address in brackets")]
    [InlineData(" a:9092", "must be host:port, an IPv6 address in brackets")]
    [InlineData("a:", "must be host:port with a port from 1 to 65535")]
    [InlineData("a:0", "must be host:port with a port from 1 to 65535")]
    [InlineData("a:65536", "must be host:port with a port from 1 to 65535")]
    [InlineData("a:+1", "must be host:port with a port from 1 to 65535")]
    [InlineData("a:kafka", "must be host:port with a port from 1 to 65535")]
    [InlineData("a:1,b:2", "must be one host:port; write each broker as a list entry of its own")]
    public void Anything_else_is_no_broker(string server, string rule)
    {
        var problem = Yaml.Problem(Yaml.With("source.bootstrap_servers", $"['b:1', '{server}']"));

        Assert.Equal(("source.bootstrap_servers[1]", $"{rule}, not '{server}'"), (problem.Path, problem.Message));
    }

    [Fact]
    public void A_long_value_is_cut_in_the_message() =>
        Assert.Equal(
            $"must be zstd or lz4 or none, not '{new string('x', 80)}...'",
            Yaml.Problem(Yaml.With("backup.compression", new string('x', 500))).Message);

    [Fact]
    public void A_line_break_in_a_value_does_not_break_the_message() =>
        Assert.Equal("must be zstd or lz4 or none, not 'a\\u000ab'", Yaml.Problem(Yaml.With("backup.compression", "\"a\\nb\"")).Message);
}
