using System.CommandLine;

namespace KafkaBackup.Cli.Commands;

/// <summary>The options that all reading commands share.</summary>
internal static class ReadingOptions
{
    public static Option<string> Path(bool isRequired = true) => new("--path", "-p")
    {
        Description = "What holds the backups: a directory, or s3://bucket/prefix?endpoint=https://host:port&region=name. "
            + "Endpoint and region may be left out; credentials come from the environment, a profile or a role.",
        Required = isRequired,
        HelpName = "DIR|s3://BUCKET",
    };

    public static Option<string> BackupId(bool isRequired) => new("--backup-id", "-b") { Description = "The backup.", Required = isRequired, HelpName = "ID" };
}
