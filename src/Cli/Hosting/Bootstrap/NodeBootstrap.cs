using Akka.Configuration;

namespace KafkaBackup.Cli.Hosting.Bootstrap;

/// <summary>How nodes find each other without a list of seeds: by the addresses of a name, such as that of a headless service.</summary>
/// <param name="Service">The name.</param>
/// <param name="Nodes">How many nodes have to be found before a cluster is formed. Fewer than there will be may form two.</param>
internal sealed record NodeBootstrap(string Service, int Nodes)
{
    /// <summary>Where a node says whom it knows.</summary>
    public const string Route = "/bootstrap/seed-nodes";

    private const string Discovery = "kafka-backup-names";

    /// <summary>Reads the section <c>kafka-backup.bootstrap</c>; null when there is no service.</summary>
    public static NodeBootstrap? Read(NodeValues values)
    {
        if (values.Text("kafka-backup.bootstrap.service") is not { Length: > 0 } service)
        {
            return null;
        }

        if (Uri.CheckHostName(service) == UriHostNameType.Unknown)
        {
            values.Report($"kafka-backup.bootstrap.service is '{service}', which is no name that could have addresses. Give it without port or path.");
            service = ""; // Nothing that could upset the settings below.
        }

        return new NodeBootstrap(service, (int)values.Number("kafka-backup.bootstrap.nodes", 1, 1_000));
    }

    /// <summary>What Akka's bootstrap is to know.</summary>
    /// <param name="port">The port for commands, the same on all nodes.</param>
    public Config ToHocon(int port) => ConfigurationFactory.ParseString(
        $$"""
        akka.discovery.{{Discovery}}.class = "{{typeof(HostNameDiscovery).AssemblyQualifiedName}}"
        akka.management.cluster.bootstrap {
          contact-point-discovery {
            service-name = "{{Service}}"
            discovery-method = {{Discovery}}
            required-contact-point-nr = {{Nodes}}
            contact-with-all-contact-points = on
            stable-margin = 3s
            interval = 1s
            exponential-backoff-max = 2s
          }
          contact-point {
            fallback-port = {{port}}
            filter-on-fallback-port = off
            probing-failure-timeout = 2s
          }
        }
        """);
}
