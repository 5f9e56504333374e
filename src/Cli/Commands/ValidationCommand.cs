using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Operations;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup validation run</c>: whether a Kafka cluster holds what was restored into it.</summary>
internal static class ValidationCommand
{
    public static Command Create() => new("validation", """
        Look whether a Kafka cluster holds what was restored into it. What is stored is looked at by 'kafka-backup validate'.

        Example: kafka-backup validation run -c validation.yaml
        """) { CreateRun() };

    private static Command CreateRun()
    {
        var config = new Option<string>("--config", "-c") { Description = "The file of the validation (YAML), with backup_id, storage, target and checks.", Required = true, HelpName = "FILE" };
        var until = new Option<long?>("--pitr") { Description = "Up to when was restored, as webhooks are told; ms since 1970. Default: pitr_timestamp of the file.", HelpName = "MS" };
        var by = new Option<string?>("--triggered-by") { Description = "Who asked for it, as the report tells. Default: triggered_by of the file.", HelpName = "TEXT" };
        var format = new Option<string>("--format", "-f") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("run", """
            Count records, look at offsets and at consumer groups, and ask webhooks, as the file says. Changes nothing.
            Exit code 1 when a check fails; warnings and checks that have nothing to look at are 0.

            Example: kafka-backup validation run -c validation.yaml --triggered-by 'drill of November'
            """) { config, until, by, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            var validation = Read(parsed.GetRequiredValue(config));
            validation = validation with { PitrTimestamp = parsed.GetValue(until) ?? validation.PitrTimestamp, TriggeredBy = parsed.GetValue(by) ?? validation.TriggeredBy };
            return await RunAsync(validation, parsed.GetValue(format) == "json", cancellation);
        });
        return command;
    }

    private static ValidationConfiguration Read(string file)
    {
        var validation = ConfigurationLoader.LoadValidation(file, Environment.GetEnvironmentVariable);
        if (validation.Target is { } target)
        {
            PemFiles.Check(file, target);
        }

        Stores.Check(file, validation.Storage!);
        return validation;
    }

    private static async Task<int> RunAsync(ValidationConfiguration validation, bool isJson, CancellationToken cancellation)
    {
        var store = Stores.OpenToRead(validation.Storage!);
        using var ports = NodeOperations.PortsOf(validation, NullLoggerFactory.Instance, TimeProvider.System, store, isNode: false);
        var ended = await new OperationExecution(Guid.NewGuid().ToString(), ports, store, TimeProvider.System).ExecuteAsync(validation, cancellation);
        var report = ended.Checks!;
        Console.Out.Write(isJson ? ChecksText.Json(report) : ChecksText.Table(report));
        return report.Verdict == CheckVerdict.Failed ? ExitCode.Failure : ExitCode.Ok;
    }
}
