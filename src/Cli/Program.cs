using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaBackup.Cli;
using KafkaBackup.Cli.Commands;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Compression;
using KafkaBackup.Shared;

return ProcessEnd.With(await RunAsync(args));

static async Task<int> RunAsync(string[] args)
{
    StandardStreams.Secure();
    var root = new RootCommand("Distributed backup of Apache Kafka topics, in the storage format of OSO kafka-backup.")
    {
        BackupCommand.Create(),
        RestoreCommand.Create(), RestoreCommand.CreateDry(),
        ListCommand.Create(),
        DescribeCommand.Create(),
        ValidateCommand.Create(),
        ValidationCommand.Create(),
        RepairCommand.Create(),
        StatusCommand.Create(),
        SnapshotGroupsCommand.Create(),
        OffsetResetCommand.Create(),
        OffsetResetCommand.CreateBulk(),
        OffsetRollbackCommand.Create(),
        ShowOffsetMappingCommand.Create(),
        ConfigCommand.Create(),
        DemoCommand.Create(),
        NodeCommand.Create(),
        OperatorCommand.Create(),
        SubmitCommand.Create(),
        ClusterCommand.Create(),
        PbmCommand.Create(),
    };

    var parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        foreach (var error in parsed.Errors)
        {
            await Console.Error.WriteLineAsync($"Error: {error.Message}");
        }

        await Console.Error.WriteLineAsync($"Try '{NameOf(parsed.CommandResult)} --help'.");
        return ExitCode.Usage;
    }

    try
    {
        return await InvokeAsync(parsed);
    }
    catch (BackupException e)
    {
        foreach (var problem in e.Message.Split(Environment.NewLine))
        {
            await Console.Error.WriteLineAsync($"Error: {problem}");
        }

        return ExitCode.Of(e.Kind);
    }
    catch (OperationCanceledException)
    {
        return ExitCode.Interrupted;
    }
    catch (Exception e) when (!args.Any(arg => arg is "-v" or "--verbose"))
    {
        await Console.Error.WriteLineAsync($"Error: unexpected failure ({e.GetType().Name}): {e.Message.ReplaceLineEndings(" ")} Run again with --verbose for where it happened.");
        return ExitCode.Failure;
    }
}

static Task<int> InvokeAsync(ParseResult parsed)
{
    // Help is to be had whatever the environment says.
    if (parsed.Action == parsed.CommandResult.Command.Action)
    {
        ZstdEngines.CheckEnvironment();
    }

    return parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}

// As it is typed: with the commands that it belongs to.
static string NameOf(CommandResult result) => result.Parent is CommandResult parent ? $"{NameOf(parent)} {result.Command.Name}" : "kafka-backup";
