using System.CommandLine;

namespace KafkaBackup.Cli.Commands;

/// <summary>The options that all reading commands share.</summary>
internal static class ReadingOptions
{
    public static Option<string> Path(bool isRequired = true) => new("--path", "-p") { Description = "The directory that holds the backups.", Required = isRequired, HelpName = "DIR" };

    public static Option<string> BackupId(bool isRequired) => new("--backup-id", "-b") { Description = "The backup.", Required = isRequired, HelpName = "ID" };
}
