using KafkaBackup.Cli.Output;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KafkaBackup.Cli.Tests.Output;

public sealed class ConsoleLoggerTests
{
    private static readonly BackupId Backup = new("nightly");

    [Fact]
    public void Where_there_are_several_backups_a_line_says_of_which_it_is() =>
        Assert.Equal(["[WARN] of the node", "[WARN] nightly: of a backup", "[WARN] nightly: begun there", "[WARN] of the node"], Log(LogFormat.Text, namesBackups: true));

    [Fact]
    public void Where_there_is_one_no_line_names_it() =>
        Assert.Equal(["[WARN] of the node", "[WARN] of a backup", "[WARN] begun there", "[WARN] of the node"], Log(LogFormat.Text, namesBackups: false));

    [Fact]
    public void As_json_it_is_a_field() => Assert.Equal(
        [false, true, true, false], Log(LogFormat.Json, namesBackups: true).Select(line => line.Contains("\"backup_id\":\"nightly\"", StringComparison.Ordinal)));

    private static List<string> Log(LogFormat format, bool namesBackups)
    {
        var lines = new List<string>();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new ConsoleLogger(lines.Add, format, namesBackups, TimeProvider.System)));
        var log = loggers.CreateLogger("any");
        log.LogWarning("of the node");
        using (log.BeginScope(Backup))
        {
            log.LogWarning("of a backup");
            Task.Run(() => log.LogWarning("begun there")).GetAwaiter().GetResult();
        }

        log.LogWarning("of the node");
        return lines;
    }
}
