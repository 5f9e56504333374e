using Akka.Actor;
using Akka.Event;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Operator;
using KafkaBackup.Operator.Api;
using KafkaBackup.Shared;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The operator of Kubernetes on nodes of the role <c>operator</c>: on one of them at a time, which is the cluster's choice.</summary>
/// <remarks>It asks the nodes as one from outside does, through this node's own port for commands.</remarks>
internal static class NodeOperator
{
    /// <summary>The role of nodes that it may be on.</summary>
    public const string Role = "operator";

    /// <summary>Adds what it needs, if this node has the role.</summary>
    /// <exception cref="BackupException">Nothing says where the API server is, or how this node's own port for commands is known.</exception>
    public static IServiceCollection AddOperator(this IServiceCollection parts, NodeSettings settings) =>
        settings.HasRole(Role) ? parts.AddSingleton(KubernetesApi.Connect(null)).AddSingleton(new OwnPort(settings, ClusterTrust.Read(null))) : parts;

    /// <summary>Adds the operator, if this node has the role.</summary>
    public static AkkaConfigurationBuilder WithOperator(this AkkaConfigurationBuilder akka, IServiceProvider services, NodeSettings settings) => !settings.HasRole(Role) ? akka
        : akka.WithSingleton<Key>("operator", (_, _, _) => Holder.Props(cancellation => RunAsync(services, settings, cancellation)),
            new ClusterSingletonOptions { Role = Role, LogSingletonIdentificationFailure = false });

    private static async Task RunAsync(IServiceProvider services, NodeSettings settings, CancellationToken cancellation)
    {
        try
        {
            using var client = services.GetRequiredService<OwnPort>().Connect(services.GetRequiredService<IServer>());
            var cluster = new HttpCluster(client);
            await new KafkaOperator(
                services.GetRequiredService<KubernetesApi>(), cluster, cluster, cluster, new OperatorSettings { Namespaces = settings.OperatorNamespaces },
                services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>(), new Random()).RunAsync(cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is not BackupException { IsRetryable: true })
        {
            services.GetRequiredService<NodeLog>().OperatorEnded(e.Message);
            throw;
        }
    }

    private sealed class Key;

    /// <summary>This node's own port for commands.</summary>
    private sealed class OwnPort
    {
        private readonly NodeSettings _settings;
        private readonly ClusterTrust? _trust;

        public OwnPort(NodeSettings settings, ClusterTrust? trust)
        {
            (_settings, _trust) = (settings, settings.CommandsTls is null ? null : trust);
            if (settings.CommandsTls is not null && trust is null)
            {
                throw new BackupException(FailureKind.Configuration,
                    $"akka.cluster.roles has {Role}, which asks this node at its port for commands, and that speaks TLS: set KAFKA_BACKUP_CA to a file with the authorities of its certificate.");
            }
        }

        /// <exception cref="BackupException">It is not listened at yet.</exception>
        public ClusterClient Connect(IServer server)
        {
            var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(address => new Uri(address)).FirstOrDefault(address => address.Port > 0)
                ?? throw new BackupException(FailureKind.Internal, "The port for commands is not open yet.") { IsRetryable = true };
            // A certificate has the node's name; in the clear no name is needed, and any address of this machine is listened at by the wildcard.
            var host = _trust is not null ? _settings.PublicHost : listening.Host is "0.0.0.0" or "[::]" or "+" or "*" ? "127.0.0.1" : listening.Host;
            return new ClusterClient($"{host}:{listening.Port}", _settings.Token.Length == 0 ? null : _settings.Token, _trust);
        }
    }

    /// <summary>Holds the operator as long as it lives.</summary>
    private sealed class Holder : UntypedActor, IWithTimers
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

        private readonly Func<CancellationToken, Task> _run;
        private readonly CancellationTokenSource _gone = new();

        public Holder(Func<CancellationToken, Task> run) => _run = run;

        public static Props Props(Func<CancellationToken, Task> run) => Akka.Actor.Props.Create(() => new Holder(run));

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Self.Tell(Begin.Instance);

        protected override void PostStop() => _gone.Cancel();

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Begin:
                    _ = Task.Run(() => _run(_gone.Token)).PipeTo(Self, success: () => Ended.Instance, failure: _ => Ended.Instance);
                    break;
                case Ended:
                    Timers.StartSingleTimer(Begin.Instance, Begin.Instance, Pause); // It was cancelled, or has told why.
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        private sealed record Begin : INoSerializationVerificationNeeded, IDeadLetterSuppression
        {
            public static Begin Instance { get; } = new();
        }

        private sealed record Ended : INoSerializationVerificationNeeded, IDeadLetterSuppression
        {
            public static Ended Instance { get; } = new();
        }
    }
}
