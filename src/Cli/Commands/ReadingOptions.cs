using System.CommandLine;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Commands;

/// <summary>The options that all reading commands share.</summary>
internal static class ReadingOptions
{
    public static Option<string> Path(bool isRequired = true) => new("--path", "-p")
    {
        Description = "What holds the backups: a directory, s3://bucket/prefix?endpoint=https://host:port&region=name, gs://bucket/prefix, or azure://container@account/prefix. "
            + "Endpoint and region may be left out; credentials come from the environment, a profile or a role.",
        Required = isRequired,
        HelpName = "DIR|URL",
    };

    public static Option<string?> RestoreId() => new("--restore-id") { Description = "The restore, as its report calls it. Default: the last one that came to its end.", HelpName = "ID" };

    /// <summary>The backup that is named.</summary>
    /// <exception cref="BackupException">The name cannot be one.</exception>
    public static BackupId Id(ParseResult parsed, Option<string> option) => BackupReader.IdOf(parsed.GetRequiredValue(option));

    public static Option<string[]?> Groups(string description) => new("--groups", "-g")
    {
        Description = description,
        HelpName = "ID,ID",
        CustomParser = result =>
        {
            var names = result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)).ToArray();
            if (names.Contains(""))
            {
                result.AddError("--groups: the name of a consumer group is empty.");
            }

            return names;
        },
    };

    public static Option<string> BackupId(bool isRequired) => new("--backup-id", "-b") { Description = "The backup.", Required = isRequired, HelpName = "ID" };
}
