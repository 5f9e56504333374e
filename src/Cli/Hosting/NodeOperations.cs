using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Hosting;
using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Gets a node ready to carry out operations. Variables and files of a definition are this node's own.</summary>
internal sealed class NodeOperations(ILoggerFactory loggers, WorkerNode node, NodeSettings settings, TimeProvider clock, SecretMirror? secrets = null)
{
    private const string Name = "definition of the operation";

    /// <summary>Where clouds tell a machine who it is, beside link-local addresses: AWS by IPv6, Azure's wire server, Alibaba.</summary>
    private static readonly HashSet<IPAddress> CloudsOwn = [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("168.63.129.16"), IPAddress.Parse("100.100.100.200")];

    /// <summary>What this node needs for them.</summary>
    public OperationServices Services(ActorSystem system) => new(
        Read, Open, Stores.OpenToRead(StoreLocation.Parse(settings.Catalog)), () => node.Refusal.Node, () => ActorRegistry.For(system).Get<ActorKeys.Operations>(), clock);

    /// <summary>What an operation works on. It connects when it is used.</summary>
    /// <param name="configuration">The operation.</param>
    /// <param name="loggers">Take what clients say.</param>
    /// <param name="clock">The time.</param>
    /// <param name="store">Where the backup, or the snapshot, lies.</param>
    /// <param name="isNode">Whether somebody else asks, who is not to reach what only this node can.</param>
    internal static OperationPorts PortsOf(OperationConfiguration configuration, ILoggerFactory loggers, TimeProvider clock, IObjectStore? store, bool isNode)
    {
        var clients = configuration.Target is { } target ? new KafkaClients(target, loggers.CreateLogger<KafkaClients>()) : null;
        return new OperationPorts
        {
            Store = store,
            Catalog = clients is null ? null : new KafkaTopicCatalog(clients),
            Groups = clients is null ? null : new KafkaGroupWriter(clients, clock),
            Records = clients is not null && configuration is ValidationConfiguration { CountsMessages: true } ? new KafkaRecordSource(clients) : null,
            Http = configuration is ValidationConfiguration { Webhooks.Count: > 0 } ? new HttpMessageInvoker(isNode ? Outwards() : new SocketsHttpHandler { AllowAutoRedirect = false }) : null,
        };
    }

    private OperationConfiguration Read(string definition)
    {
        secrets?.Provide(definition);
        var configuration = ConfigurationLoader.ParseOperation(definition, Name, Environment.GetEnvironmentVariable);
        if (configuration.Target is { } target)
        {
            PemFiles.Check(Name, target);
        }

        if (configuration.Storage is { } storage)
        {
            Stores.CheckCredentials(Name, storage);
        }

        return configuration;
    }

    private OperationPorts Open(OperationConfiguration configuration) =>
        PortsOf(configuration, loggers, clock, configuration.Storage is { } storage ? Patient(storage) : null, isNode: true);

    /// <summary>Whoever asked asks again: nobody waits long for a store that is away.</summary>
    private RetryingObjectStore Patient(StorageSection storage) =>
        new(Stores.Open(storage), new StorePatience(clock) { Start = TimeSpan.FromSeconds(30), Middle = TimeSpan.FromSeconds(30) }, new Random());

    /// <summary>What webhooks are posted by: it follows nobody elsewhere, and does not go where clouds tell pods who they are.</summary>
    private static SocketsHttpHandler Outwards() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectCallback = async (context, cancellation) =>
        {
            var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
            var reachable = addresses.Where(address => !IsOwn(address)).ToArray();
            if (reachable.Length == 0)
            {
                throw new HttpRequestException($"{context.DnsEndPoint.Host} is an address that means something else on each machine (loopback, link-local, or a cloud's own), which webhooks do not go to");
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(reachable, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static bool IsOwn(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || plain.IsIPv6LinkLocal || CloudsOwn.Contains(plain)
            || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..] or [0, ..]);
    }
}
