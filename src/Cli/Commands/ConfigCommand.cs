using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup config check</c>: what is wrong with a configuration file, and what a run with it would do. Writes nothing.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML).", Required = true, HelpName = "FILE" };
        var explain = new Option<bool>("--explain") { Description = "Tell what a run would do: mode, topics, what there is to read, where it would be stored." };
        var check = new Command("check", """
            Check a configuration file: everything that is wrong is told at once, with its place.

            Example: kafka-backup config check -c backup.yaml --explain
            """) { config, explain };
        check.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(config);
            var configuration = ConfigurationLoader.Load(file, Environment.GetEnvironmentVariable);
            LocalState.Check(configuration);
            Console.Out.WriteLine($"{file}: no problem found.");
            if (parsed.GetValue(explain))
            {
                Console.Out.Write(await ConfigurationExplainer.ExplainAsync(configuration, cancellation));
            }

            return ExitCode.Ok;
        });
        return new Command("config", """
            Look into configuration files.

            Example: kafka-backup config check -c backup.yaml
            """) { check };
    }
}
