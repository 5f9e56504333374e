using Akka.Configuration;
using Akka.Configuration.Hocon;
using k8s.Models;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Coordinator;
using KafkaBackup.Management;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace KafkaBackup.Deployment.Tests;

/// <summary>What the manifests tell a node is what it understands, and where they look for it is where it is.</summary>
public sealed class NodeTests
{
    /// <summary>Variables that are not the program's own.</summary>
    private static readonly string[] Foreign = ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "POD_NAME", "POD_NAMESPACE"];

    private static readonly string Settings = Path.Combine(Repository.Root, Manifests.Folder, "base", "node.hocon");

    [Fact]
    public void Every_variable_is_one_that_the_program_reads()
    {
        var names = NodeEnvironment.Names.Distinct(StringComparer.Ordinal).ToList();

        Assert.Empty(names.Except(NodeVariables.All.Select(one => one.Name)).Except(Foreign).Except([SecretPath.Variable]));
        Assert.Empty(Foreign.Except(names));
    }

    [Fact]
    public void Every_setting_of_the_file_is_one_that_the_program_has()
    {
        var known = CoordinatorHosting.LoadHocon("cluster").WithFallback(CoordinatorHosting.LoadHocon("reference"));

        var set = Leaves(ConfigurationFactory.ParseString(File.ReadAllText(Settings)).Root, "").ToList();

        Assert.NotEmpty(set);
        Assert.All(set, path => Assert.True(known.HasPath(path), path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Nodes_start_with_their_settings_and_have_the_names_by_which_the_others_ask_for_them(int pod)
    {
        var settings = Read(pod);

        Assert.Equal($"kafka-backup-{pod}.{Manifests.Nodes.Spec.ServiceName}.{NodeEnvironment.Namespace}.svc:4053", settings.Name);
        Assert.Equal($"akka.tcp://{NodeSettings.System}@{settings.Name}", settings.Hocon.GetStringList("akka.cluster.seed-nodes")[pod]);
    }

    [Fact]
    public void There_are_as_many_seeds_as_nodes() =>
        Assert.Equal(Manifests.Nodes.Spec.Replicas, Read(0).Hocon.GetStringList("akka.cluster.seed-nodes").Count);

    [Fact]
    public void Nodes_listen_where_ports_say_and_others_can_reach_them_but_for_pbm()
    {
        var settings = Read(0);
        var ports = NodeEnvironment.Container.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);

        Assert.Equal($"0.0.0.0:{ports["remoting"]}", settings.Listening);
        Assert.Equal(("0.0.0.0", ports["http"], "kafka-backup-tokens/http"), (settings.HttpHost, settings.HttpPort, settings.Token));
        Assert.True(ListenAddress.IsLoopback(settings.Pbm!.Host));
    }

    [Fact]
    public async Task Each_probe_asks_a_route_of_the_program()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        await using var application = builder.Build();
        IEndpointRouteBuilder routes = application;
        routes.MapNodeApi(new NodeView(null!, "") { Worker = null!, Inspector = null! }); // Routes are listed, and none is called.
        var paths = routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(route => route.RoutePattern.RawText).ToList();

        var node = NodeEnvironment.Container;
        V1HTTPGetAction[] asked = [node.StartupProbe.HttpGet, node.LivenessProbe.HttpGet, node.ReadinessProbe.HttpGet];

        Assert.Equal(["/health/live", "/health/live", "/health/ready"], asked.Select(one => one.Path));
        Assert.Empty(asked.Select(one => one.Path).Except(paths));
        Assert.All(asked, one => Assert.Equal("http", one.Port.ToString()));
    }

    [Fact]
    public void Files_and_folders_that_nodes_are_told_of_are_mounted()
    {
        var mounts = NodeEnvironment.Container.VolumeMounts.ToDictionary(mount => mount.MountPath, mount => mount.Name);

        Assert.Equal(["node", "--config", $"/etc/kafka-backup/node/{Path.GetFileName(Settings)}"], NodeEnvironment.Container.Args);
        Assert.Equal("settings", mounts["/etc/kafka-backup/node"]);
        Assert.Equal("data", mounts[NodeEnvironment.Of(0)["KAFKA_BACKUP_DATA_DIR"]]);
    }

    [Fact]
    public void Certificates_are_the_keys_of_a_secret_of_cert_manager()
    {
        var pod = Manifests.Of<V1StatefulSet>("components/tls").Single().Spec.Template.Spec;
        var mount = pod.Containers.Single().VolumeMounts.Single();

        Assert.Equal(
            [("KAFKA_BACKUP_TLS_CERTIFICATE", "tls.crt"), ("KAFKA_BACKUP_TLS_KEY", "tls.key"), ("KAFKA_BACKUP_TLS_CA", "ca.crt")],
            pod.Containers.Single().Env.Select(one => (one.Name, Path.GetRelativePath(mount.MountPath, one.Value))));
        Assert.Equal((mount.Name, 288), (pod.Volumes.Single().Name, pod.Volumes.Single().Secret.DefaultMode)); // 0440
        Assert.DoesNotContain(mount.MountPath, NodeEnvironment.Container.VolumeMounts.Select(one => one.MountPath));
    }

    private static NodeSettings Read(int pod)
    {
        var environment = NodeEnvironment.Of(pod);
        var data = Directory.CreateTempSubdirectory("data-");
        try
        {
            return NodeSettings.Read(Settings, name => name == "KAFKA_BACKUP_DATA_DIR" ? data.FullName : environment.GetValueOrDefault(name));
        }
        finally
        {
            data.Delete();
        }
    }

    private static IEnumerable<string> Leaves(HoconValue value, string path) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => Leaves(item.Value, path.Length == 0 ? item.Key : $"{path}.{item.Key}"))
        : [path];
}
