using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class YamlSyntaxTests
{
    [Theory]
    [InlineData("mode: 'backup\n", 1, 7)]
    [InlineData("mode: backup\nbackup_id: a: b\n", 2, 13)]
    [InlineData("mode: backup\nsource: [a\n", 3, 1)]
    [InlineData("mode: @backup\n", 1, 7)]
    [InlineData("a: 1\n  b: 2\n", 2, 4)]
    [InlineData("mode: [backup\nbackup_id: a\n", 1, 7)]
    [InlineData("mode: backup\nbackup_id: nightly\nsource:\n  topics:\n\tinclude: [a]\n", 5, 1)]
    [InlineData("? ]\n", 1, 3)]
    public void Broken_yaml_is_reported_with_its_place(string yaml, int line, int column)
    {
        var problem = Yaml.Problem(yaml);

        Assert.Equal(("", line, column), (problem.Path, problem.Line, problem.Column));
        Assert.StartsWith("this is not valid YAML: ", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("source: {bootstrap_servers: [${BROKER}]}\n")]
    [InlineData("storage: {backend: filesystem, path: ${DIR}}\n")]
    public void A_variable_without_quotes_in_a_flow_collection_is_explained(string yaml) =>
        Assert.EndsWith(
            "Inside [ ] and { } a variable needs quotes: \"${NAME}\".",
            Yaml.Problem(yaml, ("BROKER", "a:1"), ("DIR", "/b")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("storage.path", "*hunter2")]
    [InlineData("storage.path", "!hunter2!x y")]
    [InlineData("storage.path", "!<hunter2> y")]
    [InlineData("storage.path", "@hunter2")]
    [InlineData("storage.path", "%hunter2: x")]
    [InlineData("storage.path", "\"hunter2")]
    [InlineData("storage.path", "&hunter2, x")]
    [InlineData("storage.path", "{hunter2")]
    public void A_password_that_lacks_quotes_is_not_repeated(string key, string value) =>
        Assert.DoesNotContain("hunter2", Yaml.Problem(Yaml.With(key, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_alias_without_an_anchor_is_reported_with_its_place() =>
        Assert.Equal(
            new ConfigurationProblem("", 8, 9, "this is not valid YAML: There is no such anchor above; a value that begins with '*' needs quotes."),
            Yaml.Problem(Yaml.With("storage.path", "*p")));

    [Fact]
    public void A_tag_with_an_impossible_name_is_reported_with_its_line()
    {
        var problem = Yaml.Problem(Yaml.With("storage.path", "!<a b> c"));

        Assert.Equal(8, problem.Line);
    }

    [Fact]
    public void An_alias_stands_for_the_value_of_its_anchor() =>
        Assert.Equal("nightly", Yaml.Parse(Yaml.With("backup_id", "&id nightly") + "backup: {source_cluster_id: *id}\n").Backup.SourceClusterId);

    [Fact]
    public void A_wrong_value_behind_an_alias_is_reported_where_the_alias_stands() =>
        Assert.Equal(9, Yaml.Problem(Yaml.With("backup_id", "&id nightly") + "backup: {compression: *id}\n").Line);

    [Fact]
    public void An_anchor_cannot_hold_itself() =>
        Assert.Contains("no such anchor", Yaml.Problem("backup: &a {b: *a}\n").Message, StringComparison.Ordinal);

    [Fact]
    public void A_second_document_is_refused_with_its_place()
    {
        var problem = Yaml.Problem(Yaml.Minimal + "---\nmode: backup\n");

        Assert.Equal((9, "this is not valid YAML: A configuration is one YAML document; a second one starts here."), (problem.Line, problem.Message));
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Deep_nesting_is_refused(char opening) =>
        Assert.Contains("more than 32 deep", Yaml.Problem("a: " + new string(opening, 100_000)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData('\0')]
    [InlineData('\u0007')]
    [InlineData('\u007F')]
    public void A_control_character_is_refused_with_its_place(char character) =>
        Assert.Equal(
            new ConfigurationProblem("", 2, 5, $"this is not valid YAML: The character U+{(int)character:X4} is not allowed in YAML."),
            Yaml.Problem($"mode: backup\nabcd{character}: x\n"));

    [Fact]
    public void Windows_line_ends_are_line_ends() =>
        Assert.Equal("nightly", Yaml.Parse(Yaml.Minimal.ReplaceLineEndings("\r\n")).BackupId.Value);

    [Fact]
    public void Json_is_yaml()
    {
        const string Json = """
            {"mode": "backup", "backup_id": "a", "source": {"bootstrap_servers": ["a:1"]},
             "storage": {"backend": "filesystem", "path": "/b"}}
            """;

        Assert.Equal(new FileSystemStorageSection { Path = "/b" }, Yaml.Parse(Json).Storage);
    }
}
