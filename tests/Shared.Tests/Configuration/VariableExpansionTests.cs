using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class VariableExpansionTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("${A}", "1")]
    [InlineData("x${A}y${B}z", "x1y2z")]
    [InlineData("${A}${A}", "11")]
    [InlineData("'${A}'", "1")]
    [InlineData("${C:-fallback}", "fallback")]
    [InlineData("${C:-a:-b}", "a:-b")]
    [InlineData("${A:-fallback}", "1")]
    [InlineData("${EMPTY:-fallback}", "fallback")]
    [InlineData("x${EMPTY}", "x")]
    [InlineData("x${C:-}", "x")]
    [InlineData("$A", "$A")]
    [InlineData("a$", "a$")]
    [InlineData("$$x", "$$x")]
    [InlineData("'}{$'", "}{$")]
    public void Variables_are_replaced(string value, string expected)
    {
        var configuration = Yaml.Parse(Yaml.With("storage.path", value), ("A", "1"), ("B", "2"), ("EMPTY", ""));

        Assert.Equal(new FileSystemStorageSection { Path = expected }, configuration.Storage);
    }

    [Theory]
    [InlineData("a: b # c")]
    [InlineData("'quoted\" {x} [y]")]
    [InlineData("two\nlines")]
    [InlineData("!tag *alias &anchor")]
    [InlineData("null")]
    [InlineData(" padded ")]
    public void Whatever_a_variable_holds_stays_one_value(string content) =>
        Assert.Equal(content, Yaml.Parse(Yaml.With("backup.source_cluster_id", "${A}"), ("A", content)).Backup.SourceClusterId);

    [Theory]
    [InlineData("${B}")]
    [InlineData("${B:-x}")]
    [InlineData("${")]
    public void Replaced_text_is_not_looked_at_again(string content) =>
        Assert.Equal(content, Yaml.Parse(Yaml.With("backup.source_cluster_id", "${A}"), ("A", content), ("B", "2")).Backup.SourceClusterId);

    [Fact]
    public void Entries_of_a_list_may_be_variables() =>
        Assert.Equal(["a:1"], Yaml.Parse(Yaml.With("source.bootstrap_servers", "['${A}']"), ("A", "a:1")).Source.BootstrapServers);

    [Theory]
    [InlineData("${A}")]
    [InlineData("'${A}'")]
    [InlineData("${B:-7}")]
    public void A_variable_may_give_a_number(string value) =>
        Assert.Equal(7, Yaml.Parse(Yaml.With("backup.compression_level", value), ("A", "7")).Backup.CompressionLevel);

    [Fact]
    public void A_variable_may_give_a_boolean() =>
        Assert.False(Yaml.Parse(Yaml.With("backup.include_offset_headers", "\"${A}\""), ("A", "false")).Backup.IncludeOffsetHeaders);

    [Fact]
    public void A_variable_may_give_a_word() =>
        Assert.Equal(CompressionCodec.None, Yaml.Parse(Yaml.With("backup.compression", "${A}"), ("A", "none")).Backup.Compression);

    [Fact]
    public void A_variable_that_is_not_set_is_named() =>
        Assert.Equal(
            new ConfigurationProblem("storage.path", 8, 9, "the variable BACKUP_DIR is not set; set it, or write ${BACKUP_DIR:-default}"),
            Yaml.Problem(Yaml.With("storage.path", "${BACKUP_DIR}/x")));

    [Fact]
    public void Every_variable_that_is_not_set_is_named() =>
        Assert.Equal(2, Yaml.Problems(Yaml.With("storage.path", "${A}/${B}/${C}"), ("B", "b")).Count);

    [Fact]
    public void A_variable_that_is_set_to_nothing_gives_no_text() =>
        Assert.Equal(
            "must be a text; what the variable A gives is empty",
            Yaml.Problem(Yaml.With("storage.path", "${A}"), ("A", "")).Message);

    [Theory]
    [InlineData("${")]
    [InlineData("${A")]
    [InlineData("${}")]
    [InlineData("${1A}")]
    [InlineData("${A-x}")]
    [InlineData("${A:?x}")]
    [InlineData("${ A }")]
    [InlineData("${hunter2 is a password")]
    public void An_opened_variable_must_be_one(string value) =>
        Assert.Equal(
            "'${' starts a variable: write ${NAME} or ${NAME:-default}; only a variable can hold a text with '${' in it",
            Yaml.Problem(Yaml.With("storage.path", $"'{value}'"), ("A", "1")).Message);

    [Fact]
    public void A_default_must_not_hold_another_variable() =>
        Assert.Equal(
            "the default of the variable A must not contain another variable",
            Yaml.Problem(Yaml.With("storage.path", "${A:-${B}}"), ("B", "1")).Message);

    [Fact]
    public void Comments_and_keys_are_left_alone() =>
        Assert.Equal("${A}", Yaml.Problem(Yaml.Minimal + "# ${B}\n${A}: 1\n", ("A", "backup")).Path);

    [Theory]
    [InlineData("mode")]
    [InlineData("storage.backend")]
    [InlineData("backup.compression")]
    [InlineData("backup.compression_level")]
    [InlineData("backup.segment_max_bytes")]
    [InlineData("backup.include_offset_headers")]
    [InlineData("backup.start_offset")]
    [InlineData("offset_storage.backend")]
    [InlineData("offset_storage.sync_interval_secs")]
    public void A_wrong_value_from_a_variable_is_not_repeated(string key)
    {
        var message = Yaml.Problem(Yaml.With(key, "${A}"), ("A", Secret)).Message;

        Assert.DoesNotContain(Secret, message, StringComparison.Ordinal);
        Assert.EndsWith("; what the variable A gives is not", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_server_from_a_variable_is_not_repeated() =>
        Assert.Equal(
            "must be host:port, an IPv6 address in brackets; what the variable A gives is not",
            Yaml.Problem(Yaml.With("source.bootstrap_servers", "['${A}']"), ("A", Secret)).Message);

    [Fact]
    public void A_wrong_backup_id_from_a_variable_is_not_repeated() =>
        Assert.Equal(
            "what the variable A gives is no backup id: at most 200 characters, no '/' or '\\', no '.' in front",
            Yaml.Problem(Yaml.With("backup_id", "${A}"), ("A", Secret + "/x")).Message);

    [Fact]
    public void A_value_that_is_only_partly_from_a_variable_is_not_repeated() =>
        Assert.DoesNotContain(Secret, Yaml.Problem(Yaml.With("backup.compression", "z${A}"), ("A", Secret)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("backup")]
    [InlineData("offset_storage")]
    [InlineData("source.topics.include")]
    public void A_text_in_the_place_of_a_list_or_a_map_is_not_repeated(string key) =>
        Assert.DoesNotContain(Secret, Yaml.Problem(Yaml.With(key, Secret)).Message, StringComparison.Ordinal);
}
