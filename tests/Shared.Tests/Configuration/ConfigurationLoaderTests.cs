using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("configuration-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_is_read_from_disk()
    {
        var file = Write(Yaml.Minimal);

        var configuration = ConfigurationLoader.Load(file, _ => null);

        Assert.Equal(new BackupId("nightly"), configuration.BackupId);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var file = Path.Combine(_directory, "absent.yaml");

        var failure = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load(file, _ => null));

        Assert.Equal($"{file}: the file does not exist", failure.Message);
    }

    [Fact]
    public void A_directory_cannot_be_read_as_a_file()
    {
        var failure = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load(_directory, _ => null));

        Assert.Equal("it is a directory, where a file is wanted", Assert.Single(failure.Problems).Message);
    }

    [Fact]
    public void An_empty_file_name_is_a_file_that_cannot_be_read()
    {
        var failure = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load("", _ => null));

        Assert.StartsWith("the file cannot be read: ", Assert.Single(failure.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var file = Path.Combine(_directory, "binary.yaml");
        File.WriteAllBytes(file, [0xC3, 0x28]);

        var failure = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load(file, _ => null));

        Assert.Equal("the file is not UTF-8 text", Assert.Single(failure.Problems).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("~")]
    public void An_empty_file_is_said_to_be_empty(string content)
    {
        var failure = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load(Write(content), _ => null));

        Assert.Equal(new ConfigurationProblem("", null, null, "the file is empty"), Assert.Single(failure.Problems));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_key() =>
        Assert.Equal("backup", Yaml.Parse("\uFEFF" + Yaml.Minimal).Mode);

    [Fact]
    public void What_the_file_does_not_say_has_the_default_of_the_records()
    {
        var configuration = Yaml.Parse(Yaml.Minimal);

        Assert.Equal(new BackupSection { StartOffset = configuration.Backup.StartOffset }, configuration.Backup);
        Assert.Same(StartOffset.Earliest, configuration.Backup.StartOffset);
        Assert.Empty(configuration.Source.Topics.Include);
        Assert.Empty(configuration.Source.Topics.Exclude);
        Assert.Null(configuration.OffsetStorage);
        Assert.False(configuration.IsIncremental);
    }

    [Theory]
    [InlineData("offset_storage:\n")]
    [InlineData("offset_storage: ~\n")]
    [InlineData("offset_storage: {}\n")]
    public void Offset_storage_without_content_is_present_with_defaults(string section)
    {
        var configuration = Yaml.Parse(Yaml.Minimal + section);

        Assert.Equal(new OffsetStorageSection(), configuration.OffsetStorage);
        Assert.True(configuration.IsIncremental);
    }

    [Fact]
    public void A_key_without_a_value_has_its_default() =>
        Assert.Equal(3, Yaml.Parse(Yaml.With("backup.compression_level", "")).Backup.CompressionLevel);

    [Fact]
    public void Everything_that_is_missing_is_reported_at_once()
    {
        var problems = Yaml.Problems("source: {}\nstorage: {backend: filesystem}\n");

        Assert.Equal(
            [
                new ConfigurationProblem("mode", null, null, "is required"),
                new ConfigurationProblem("backup_id", null, null, "is required"),
                new ConfigurationProblem("source.bootstrap_servers", 1, 9, "is required"),
                new ConfigurationProblem("storage.path", 2, 10, "is required"),
            ],
            problems);
    }

    [Fact]
    public void A_required_key_without_a_value_is_reported_at_the_key() =>
        Assert.Equal(new ConfigurationProblem("backup_id", 2, 1, "is required"), Yaml.Problem(Yaml.With("backup_id", "")));

    [Theory]
    [InlineData("source", "mode: backup\nbackup_id: a\nstorage: {backend: filesystem, path: /b}\n")]
    [InlineData("storage", "mode: backup\nbackup_id: a\nsource: {bootstrap_servers: ['a:1']}\n")]
    [InlineData("storage.backend", "mode: backup\nbackup_id: a\nsource: {bootstrap_servers: ['a:1']}\nstorage: {path: /b}\n")]
    public void A_missing_section_or_backend_is_one_problem(string path, string yaml)
    {
        var problem = Yaml.Problem(yaml);

        Assert.Equal((path, "is required"), (problem.Path, problem.Message));
    }

    [Fact]
    public void Problems_come_in_the_order_of_the_file()
    {
        var problems = Yaml.Problems("backup: {compression_level: 0, colour: red}\nstorage: []\nbackup_id: a/b\nsource: 1\nmode: restore\n");

        Assert.Equal(
            ["backup.compression_level", "backup.colour", "storage", "backup_id", "source", "mode"],
            problems.Select(p => p.Path));
        Assert.Equal(problems.OrderBy(p => p.Line).ThenBy(p => p.Column), problems);
    }

    [Fact]
    public void A_root_that_is_no_map_is_refused() =>
        Assert.Equal(
            new ConfigurationProblem("", 1, 1, "must be a map of keys and values, not a list"),
            Yaml.Problem("- mode: backup\n"));

    private string Write(string content)
    {
        var file = Path.Combine(_directory, "backup.yaml");
        File.WriteAllText(file, content);
        return file;
    }
}
