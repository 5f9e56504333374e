using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Validation;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup validate</c>: whether all that a backup names is there and sound.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var path = ReadingOptions.Path();
        var backup = ReadingOptions.BackupId(isRequired: true);
        var deep = new Option<bool>("--deep") { Description = "Read every object and decode every record." };
        var command = new Command("validate", """
            Validate a backup: missing, truncated and damaged objects, holes, overlaps, recorded gaps, and what can be restored.
            Exit code 0 when all is there, 3 when only recorded gaps are not, 1 otherwise.

            Example: kafka-backup validate --path /backups --backup-id production --deep
            """) { path, backup, deep };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var validator = new BackupValidator(store);
            var report = await ProgressBar.ShowAsync("objects", progress => validator.ValidateAsync(
                parsed.GetRequiredValue(backup), parsed.GetValue(deep), progress, cancellation));
            Console.Out.Write(ValidationText.Render(report));
            return report.Verdict switch
            {
                ValidationVerdict.Valid => ExitCode.Ok,
                ValidationVerdict.ValidWithGaps => ExitCode.Incomplete,
                _ => ExitCode.Failure,
            };
        });
        return command;
    }
}
