using System.CommandLine;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Cli.Commands;

/// <summary>The two ways in which a command is told of a Kafka cluster: addresses, or a configuration file, which also says how to get in.</summary>
internal sealed class KafkaOptions
{
    private readonly Option<string?> _servers = new("--bootstrap-servers")
    {
        Description = "Brokers, separated by commas, that are spoken to without TLS and without a user.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "A configuration file (YAML) in place of --bootstrap-servers: with mode: restore its target, with mode: backup its source, with their security.",
        HelpName = "FILE",
    };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_servers);
        command.Add(_config);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_servers) is null == result.GetValue(_config) is null)
            {
                result.AddError("Give either --bootstrap-servers or --config.");
            }
        });
    }

    /// <summary>The cluster that they name.</summary>
    /// <exception cref="BackupException">An address is none, or the file cannot be used.</exception>
    public KafkaSection Read(ParseResult parsed)
    {
        if (parsed.GetValue(_config) is { } file)
        {
            var section = ConfigurationLoader.LoadCluster(file, Environment.GetEnvironmentVariable);
            PemFiles.Check(file, section);
            return section;
        }

        var servers = parsed.GetRequiredValue(_servers)!.Split(',', StringSplitOptions.TrimEntries);
        return servers.FirstOrDefault(server => BrokerAddress.Objection(server) is not null) is { } wrong
            ? throw new BackupException(FailureKind.Configuration, $"{_servers.Name}: '{wrong}' {BrokerAddress.Objection(wrong)}.")
            : new KafkaSection { Name = "target", ServersName = _servers.Name, BootstrapServers = servers };
    }

    /// <summary>Clients for it.</summary>
    public static KafkaClients Connect(KafkaSection cluster) => new(cluster, NullLogger<KafkaClients>.Instance);
}
