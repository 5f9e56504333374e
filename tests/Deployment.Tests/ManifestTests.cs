using k8s.Models;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The manifests are whole, and name what is there.</summary>
public sealed class ManifestTests
{
    private const string NodesService = "kafka-backup-nodes";

    public static TheoryData<string> Files => [.. Manifests.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_document_is_an_object_of_Kubernetes_without_unknown_fields(string file)
    {
        var documents = File.ReadAllText(file).Split("\n---\n");

        var objects = Manifests.Read(file);

        Assert.Equal(documents.Length, objects.Count);
        Assert.All(objects, one => Assert.False(string.IsNullOrEmpty(one.Metadata.Name)));
    }

    [Fact]
    public void A_field_that_Kubernetes_does_not_know_is_noticed()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\nautomountServiceAccountTokens: false\n");

        Assert.ThrowsAny<Exception>(() => Manifests.Read(file));

        File.Delete(file);
    }

    [Fact]
    public void Kustomizations_name_what_is_there_and_leave_nothing_out()
    {
        var named = Kustomization.All.SelectMany(one => one.Named).Select(Path.GetFullPath).ToList();

        Assert.All(named, name => Assert.True(File.Exists(name) || File.Exists(Path.Combine(name, Manifests.Kustomization)), name));
        Assert.Empty(Manifests.Files.Except(named));
    }

    [Fact]
    public void The_image_has_the_version_of_the_program()
    {
        var images = Kustomization.All.SelectMany(one => one.Images).ToList();

        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Equal(("kafka-backup", SourceTree.Property("Version")), (image.Name, image.NewTag)));
        Assert.All(Manifests.Pods, one => Assert.Equal("kafka-backup", one.Pod.Spec.Containers.Single().Image));
    }

    [Fact]
    public void Everything_that_selects_nodes_selects_them_and_no_other_pods()
    {
        var spec = Manifests.Nodes.Spec;
        IEnumerable<IDictionary<string, string>> selectors =
        [
            spec.Selector.MatchLabels,
            .. spec.Template.Spec.TopologySpreadConstraints.Select(spread => spread.LabelSelector.MatchLabels),
            .. Manifests.Of<V1Service>("base").Select(service => service.Spec.Selector),
            .. Manifests.Of<V1PodDisruptionBudget>("base").Select(budget => budget.Spec.Selector.MatchLabels),
            .. Manifests.Of<V1NetworkPolicy>("base").Select(policy => policy.Spec.PodSelector.MatchLabels),
        ];

        Assert.Equal(7, selectors.Count());
        Assert.All(selectors, selector => Assert.Equal(["nodes"], SelectedBy(selector)));
    }

    [Theory]
    [InlineData("overlays/cronjob", "cron")]
    [InlineData("components/operator", "operator")]
    public void Nobody_reaches_the_pods_of_the_schedule_and_of_the_operator(string folder, string owner)
    {
        var policy = Manifests.Of<V1NetworkPolicy>(folder).Single().Spec;

        Assert.Equal([owner], SelectedBy(policy.PodSelector.MatchLabels));
        Assert.Equal(["Ingress"], policy.PolicyTypes);
        Assert.Null(policy.Ingress);
    }

    [Fact]
    public void Nodes_reach_each_other_alone_and_the_namespace_reaches_their_commands()
    {
        var policy = Manifests.Of<V1NetworkPolicy>("base").Single().Spec;

        Assert.Equal(["Ingress"], policy.PolicyTypes);
        Assert.Equal(["remoting", "http"], policy.Ingress.Select(rule => rule.Ports.Single().Port.ToString()));
        var peers = policy.Ingress.Select(rule => rule.FromProperty.Single()).ToList();
        Assert.Equal(policy.PodSelector.MatchLabels, peers[0].PodSelector.MatchLabels);
        Assert.Null(peers[1].PodSelector.MatchLabels);
        Assert.All(peers, peer => Assert.Null(peer.NamespaceSelector));
    }

    [Fact]
    public void Services_lead_to_ports_that_pods_have()
    {
        var ports = Manifests.Nodes.Spec.Template.Spec.Containers.Single().Ports.ToDictionary(port => port.Name, port => port.ContainerPort);

        var served = Manifests.Of<V1Service>("base").SelectMany(service => service.Spec.Ports).ToList();

        Assert.Equal(3, served.Count);
        Assert.All(served, port => Assert.Equal(ports[port.TargetPort.ToString()], port.Port));
    }

    [Fact]
    public void The_service_of_names_tells_them_before_nodes_are_ready()
    {
        var service = Manifests.Of<V1Service>("base").Single(one => one.Metadata.Name == NodesService);

        Assert.Equal(NodesService, Manifests.Nodes.Spec.ServiceName);
        Assert.Equal(("None", true), (service.Spec.ClusterIP, service.Spec.PublishNotReadyAddresses));
    }

    [Fact]
    public void Patches_change_containers_that_are_there()
    {
        var patches = Manifests.All.OfType<V1StatefulSet>().Where(one => one != Manifests.Nodes && one.Spec.Selector is null).ToList();
        var ofOperator = Manifests.All.OfType<V1Deployment>().Single(one => one.Spec.Selector is null);

        Assert.Equal(3, patches.Count);
        Assert.All(patches, patch => Assert.Equal(NamesOf(Manifests.Nodes.Metadata, Manifests.Nodes.Spec.Template), NamesOf(patch.Metadata, patch.Spec.Template)));
        Assert.Equal(NamesOf(Manifests.Operator.Metadata, Manifests.Operator.Spec.Template), NamesOf(ofOperator.Metadata, ofOperator.Spec.Template));
    }

    private static (string Owner, string Container) NamesOf(V1ObjectMeta about, V1PodTemplateSpec pod) => (about.Name, pod.Spec.Containers.Single().Name);

    private static IEnumerable<string> SelectedBy(IDictionary<string, string> selector) =>
        Manifests.Pods.Where(one => Matches(selector, one.Pod.Metadata.Labels)).Select(one => one.Owner);

    private static bool Matches(IDictionary<string, string> selector, IDictionary<string, string> labels) =>
        selector.Count > 0 && selector.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
