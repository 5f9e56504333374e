using KafkaBackup.EndToEnd.Tests.Support;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Configurations that cannot be used. None of this needs a broker, as none of it gets as far as asking one.</summary>
public sealed class WrongConfigurationTests : IDisposable
{
    private const int Usage = 2;

    private readonly TestBackup _backup = new("localhost:9092", "nightly", ["orders"]);

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var run = await RunAsync(content: null);

        run.AssertExit(Usage).AssertOneFailureOf(_backup, "the file does not exist");
    }

    [Fact]
    public async Task A_directory_is_no_configuration() => (await CliRun.RunAsync("backup", "-c", _backup.Root)).AssertExit(Usage).AssertSays($"{_backup.Root}: it is a directory, where a file is wanted");

    [Fact]
    public async Task A_restore_from_a_directory_that_is_not_there_is_told_as_that()
    {
        const int Storage = 5;
        var sentence = $"There is no directory '{_backup.Store}'";

        (await _backup.RestoreAsync(new Dictionary<string, string>())).AssertExit(Storage).AssertOneFailure(sentence);
        (await CliRun.RunAsync("restore", "release", "-c", Path.Combine(_backup.Root, "restore.yaml"))).AssertExit(Storage).AssertOneFailure(sentence);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    public async Task An_empty_file_is_refused(string content)
    {
        var run = await RunAsync(content);

        run.AssertExit(Usage).AssertOneFailureOf(_backup, "the file is empty");
    }

    [Fact]
    public async Task A_syntax_error_is_told_with_line_and_column()
    {
        var run = await RunAsync("mode: backup\nbackup_id: x\nsource:\n  topics: {include: [a}\n");

        run.AssertExit(Usage).AssertOneFailureOf(_backup, "line 4, column 23: this is not valid YAML");
    }

    [Theory]
    [InlineData("compresion: zstd", "backup.compresion: is no known key; did you mean 'compression'?")]
    [InlineData("segment_max_bytes: plenty", "backup.segment_max_bytes: must be a whole number")]
    [InlineData("compression_level: 0", "backup.compression_level: must be a whole number from 1 to 22, not '0'")]
    [InlineData("compression_level: 23", "backup.compression_level: must be a whole number from 1 to 22, not '23'")]
    [InlineData("include_offset_headers: maybe", "backup.include_offset_headers: ")]
    [InlineData("compression: gzip", "backup.compression: ")]
    public async Task A_wrong_key_or_value_is_told_with_its_place(string line, string problem)
    {
        _backup.Config = _backup.Config with { Backup = [line] };
        var content = _backup.Config.ToString();
        var number = content.Split('\n').ToList().FindIndex(text => text.Contains(line, StringComparison.Ordinal)) + 1;

        var run = await RunAsync(content);

        run.AssertExit(Usage).AssertOneFailureOf(_backup, $"line {number}, column ").AssertSays(problem);
    }

    [Fact]
    public async Task All_problems_are_told_at_once()
    {
        _backup.Config = _backup.Config with { Backup = ["compresion: zstd", "compression_level: 23"] };

        var run = await RunAsync(_backup.Config.ToString());

        run.AssertExit(Usage).AssertSays("backup.compresion: ").AssertSays("backup.compression_level: ");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("''")]
    public async Task A_backup_id_that_would_leave_its_place_is_refused(string id)
    {
        _backup.Config = _backup.Config with { BackupId = id };

        var run = await RunAsync(_backup.Config.ToString());

        run.AssertExit(Usage).AssertOneFailureOf(_backup, "backup_id: ");
    }

    [Theory]
    [InlineData("kafka-backup backup", "backup")]
    [InlineData("kafka-backup backup", "backup", "-c", "x.yaml", "--fast")]
    [InlineData("kafka-backup", "bakcup")]
    [InlineData("kafka-backup offset-reset execute", "offset-reset", "execute")]
    [InlineData("kafka-backup describe", "describe", "--path", "/tmp", "--backup-id", "x", "--format", "xml")]
    public async Task A_wrong_command_line_is_answered_with_how_to_get_help(string command, params string[] arguments)
    {
        var run = await CliRun.RunAsync(arguments);

        run.AssertExit(Usage).AssertSays("Error: ").AssertSays($"Try '{command} --help'.");
        Assert.Equal("", run.Output);
    }

    public void Dispose() => _backup.Dispose();

    /// <summary>Runs with a file of this content and asserts that nothing was written.</summary>
    private async Task<CliResult> RunAsync(string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(_backup.ConfigPath, content);
        }

        using var run = _backup.StartWithFile(_backup.ConfigPath);
        var result = await run.FinishAsync();
        Assert.Equal("", result.Output);
        Assert.False(Directory.Exists(_backup.Store));
        Assert.Empty(StoreSnapshot.Of(_backup.Local).Files);
        return result;
    }
}
