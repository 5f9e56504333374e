using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaBackup.Cli.Commands;
using KafkaBackup.Operator;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The chart makes what the overlays make, and what is set changes what it should.</summary>
public sealed class HelmTests
{
    private const string Space = "kafka-backup";

    [SkippableFact]
    public async Task Helm_finds_nothing_wrong_with_the_chart() => await Helm.RunAsync("lint", "--strict", Helm.Chart);

    [Fact]
    public void The_chart_has_the_version_of_the_program()
    {
        var chart = Rendered.Untyped(File.ReadAllText(Path.Combine(Helm.Chart, "Chart.yaml"))).Single();

        Assert.Equal((SourceTree.Property("Version"), SourceTree.Property("Version")), ((string?)chart["version"], (string?)chart["appVersion"]));
    }

    [SkippableTheory]
    [InlineData("operator", null)]
    [InlineData("cluster", null, "operator.enabled=false")]
    [InlineData("operator", "tls", "secrets.tls=kafka-backup-tls")]
    [InlineData("cluster-postgresql", "operator", "secrets.postgresql=kafka-backup-postgresql")]
    public async Task The_chart_makes_what_the_overlay_makes(string overlay, string? component, params string[] set)
    {
        var made = Rendered.Of(await Helm.RenderAsync(Space, Space, set), Space);
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);
        var expected = Rendered.Of(await Overlay.RenderAsync(Space, overlay, component), Space);

        Assert.Equal(expected.Keys.Order(), made.Keys.Order());
        Assert.All(expected, one => Assert.Equal(one.Value, made[one.Key]));
    }

    [SkippableFact]
    public async Task The_chart_brings_the_same_kinds()
    {
        var shown = await Helm.RunAsync("show", "crds", Helm.Chart);

        var (made, expected) = (KubernetesYaml.LoadAllFromString(shown, strict: true), Manifests.Of<V1CustomResourceDefinition>(Schema.Folder).ToList());
        Assert.Equal(6, expected.Count);
        Assert.Equal(expected.Select(one => KubernetesJson.Serialize(one)).Order(), made.Select(one => KubernetesJson.Serialize(one)).Order());
    }

    [SkippableFact]
    public async Task An_operator_of_some_namespaces_has_rights_in_these_only()
    {
        var made = KubernetesYaml.LoadAllFromString(await Helm.RenderAsync("production", Space, "operator.namespaces={shop,billing}"), strict: true);

        Assert.Empty(made.OfType<V1ClusterRole>());
        Assert.Empty(made.OfType<V1ClusterRoleBinding>());
        var roles = made.OfType<V1Role>().ToList();
        Assert.Equal(["billing", "shop"], roles.Where(role => role.Metadata.Name == "production-kafka-backup-operator").Select(role => role.Metadata.Namespace()).Order());
        Assert.Equal(["billing", "shop"], roles.Where(role => role.Metadata.Name == "production-kafka-backup-secrets").Select(role => role.Metadata.Namespace()).Order());
        Assert.All(roles.Where(role => role.Metadata.Name.EndsWith("-operator", StringComparison.Ordinal)), role => Assert.Equal(
            KafkaOperator.Rules.Select(rule => (rule.Verb, rule.Resource)).Order(),
            role.Rules.SelectMany(rule => rule.Resources.SelectMany(resource => rule.Verbs.Select(verb => (verb, resource)))).Order()));
        Assert.Equal(
            roles.Select(role => ($"{role.Metadata.Namespace()} {role.Metadata.Name}", Space)),
            made.OfType<V1RoleBinding>().Select(binding => ($"{binding.Metadata.Namespace()} {binding.RoleRef.Name}", binding.Subjects.Single().NamespaceProperty)));
        var arguments = made.OfType<V1Deployment>().Single().Spec.Template.Spec.Containers.Single().Args;
        Assert.Contains("--cluster=production-kafka-backup:8080", arguments);
        Assert.Equal(["shop", "billing"], OperatorCommand.Create().Parse([.. arguments.Skip(1)]).GetValue<string[]>("--namespace")!);
    }

    [SkippableFact]
    public async Task What_is_set_of_nodes_is_in_their_pods()
    {
        var made = KubernetesYaml.LoadAllFromString(await Helm.RenderAsync("kafka-backup", Space,
            "nodes.replicas=1", "nodes.catalog=gs://acme/catalogue", "nodes.claims={backups,archive}", "nodes.podLabels.team=kafka",
            "nodes.serviceAccountAnnotations.role=backup", "nodes.settings=kafka-backup {}", "nodes.nodeSelector.disk=fast", "nodes.tolerations[0].key=kafka",
            "nodes.tolerations[0].operator=Exists", "secrets.s3=", "secrets.sourceFiles=", "image.tag=next", "imagePullSecrets[0].name=registry"), strict: true);

        var pod = made.OfType<V1StatefulSet>().Single().Spec.Template;
        var container = pod.Spec.Containers.Single();
        Assert.EndsWith(":next", container.Image, StringComparison.Ordinal);
        Assert.Equal("kafka-backup-0.kafka-backup-nodes.$(POD_NAMESPACE).svc:4053", container.Env.Single(one => one.Name == "KAFKA_BACKUP_SEEDS").Value);
        Assert.Equal(["/data/archive", "/data/backups"], container.VolumeMounts.Select(mount => mount.MountPath).Where(path => path.StartsWith("/data/", StringComparison.Ordinal)).Order());
        Assert.Equal(["archive", "backups"], pod.Spec.Volumes.Select(volume => volume.PersistentVolumeClaim?.ClaimName).OfType<string>().Order());
        Assert.DoesNotContain(container.Env, one => one.Name.StartsWith("AWS_", StringComparison.Ordinal));
        Assert.DoesNotContain(container.VolumeMounts, mount => mount.Name == "source-files");
        Assert.Equal(("kafka", "fast", "kafka", "registry"), (pod.Metadata.Labels["team"], pod.Spec.NodeSelector["disk"], pod.Spec.Tolerations.Single().Key, pod.Spec.ImagePullSecrets.Single().Name));
        Assert.Equal("backup", made.OfType<V1ServiceAccount>().First(one => one.Metadata.Name == "kafka-backup").Metadata.Annotations["role"]);
        var maps = made.OfType<V1ConfigMap>().ToDictionary(one => one.Metadata.Name, one => one.Data);
        Assert.Equal(("gs://acme/catalogue", "kafka-backup {}"), (maps["kafka-backup-environment"]["KAFKA_BACKUP_CATALOG"], maps["kafka-backup-settings"]["node.hocon"].Trim()));
    }

    [SkippableFact]
    public async Task Prometheus_and_Grafana_get_what_lies_in_the_folder_of_monitoring()
    {
        var all = Rendered.Untyped(await Helm.RenderAsync("kafka-backup", Space,
            "serviceMonitor.enabled=true", "serviceMonitor.useToken=true", "prometheusRule.enabled=true", "prometheusRule.labels.release=prometheus", "dashboard.enabled=true"));
        JsonNode Of(string kind, string name) => all.Single(one => (string?)one["kind"] == kind && (string?)one["metadata"]!["name"] == name);

        var rule = Of("PrometheusRule", "kafka-backup");
        Assert.True(JsonNode.DeepEquals(Rendered.Untyped(SourceTree.Text("deploy/monitoring/alerts.yaml")).Single(), rule["spec"]), rule.ToString());
        Assert.Equal("prometheus", (string?)rule["metadata"]!["labels"]!["release"]);
        var endpoint = Of("ServiceMonitor", "kafka-backup")["spec"]!["endpoints"]!.AsArray().Single()!;
        Assert.Equal(("http", "/metrics", "metrics"), ((string?)endpoint["port"], (string?)endpoint["path"], (string?)endpoint["authorization"]!["credentials"]!["key"]));
        Assert.Equal("kafka-backup-nodes", (string?)endpoint["relabelings"]![0]!["regex"]);
        var dashboard = (string)Of("ConfigMap", "kafka-backup-dashboard")["data"]!["kafka-backup.json"]!;
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(SourceTree.Text("deploy/monitoring/grafana-dashboard.json")), JsonElement.Parse(dashboard)));
    }

    [SkippableFact]
    public async Task What_is_off_is_not_made()
    {
        var made = Rendered.Of(await Helm.RenderAsync("kafka-backup", Space, "operator.enabled=false", "networkPolicy.enabled=false", "podDisruptionBudget.enabled=false"), Space);

        Assert.Equal(["ConfigMap", "Service", "ServiceAccount", "StatefulSet"], made.Keys.Select(key => key.Split(' ')[0]).Distinct().Order());
    }

    [SkippableTheory]
    [InlineData("nodes.replica=5", "additional properties 'replica' not allowed")]
    [InlineData("nodes.replicas=0", "minimum")]
    [InlineData("nodes.catalog=my-backups", "does not match pattern")]
    [InlineData("operator.namespaces=shop", "want array")]
    [InlineData("secrets.tokens=", "secrets/tokens")]
    public async Task A_value_that_makes_no_sense_is_refused(string set, string complaint)
    {
        var (exitCode, _, errors) = await Helm.TryAsync("template", "kafka-backup", Helm.Chart, "--set", set);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(complaint, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_value_is_in_the_schema_and_no_other()
    {
        var values = Rendered.Untyped(File.ReadAllText(Path.Combine(Helm.Chart, "values.yaml"))).Single();
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Helm.Chart, "values.schema.json")))!.AsObject();
        schema["properties"]!.AsObject().Remove("global"); // Helm's own.

        Assert.Equal(NamesIn(values, schema).Order(), NamesOf(schema).Order());
    }

    [SkippableFact]
    public async Task An_API_server_takes_a_release_its_upgrade_and_its_end_and_keeps_the_kinds()
    {
        Skip.IfNot(Helm.WhyNot is null, Helm.WhyNot);
        await using var space = await TestNamespace.CreateAsync();
        await CustomResources.DefinedAsync();
        string[] release = ["backups", Helm.Chart, "-n", space.Name, "--set", $"fullnameOverride={space.Name}"]; // ClusterRoles are there for all.

        await Helm.RunAsync(["install", .. release]);
        await space.WaitForPodsAsync(3, "app.kubernetes.io/component=node");
        await space.WaitForPodsAsync(1, "app.kubernetes.io/component=operator");
        await Helm.RunAsync(["upgrade", .. release, "--set", "nodes.replicas=5"]);
        await space.WaitForPodsAsync(5, "app.kubernetes.io/component=node");
        await Helm.RunAsync("uninstall", "backups", "-n", space.Name);

        Assert.Equal("", await Kubectl.RunAsync("get", "clusterrole", $"{space.Name}-operator", "--ignore-not-found"));
        Assert.Contains("kafkabackups", await Kubectl.RunAsync("get", "crd", "kafkabackups.kafka.oso.sh"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> NamesOf(JsonObject schema, string path = "") => (schema["properties"]?.AsObject() ?? [])
        .SelectMany(pair => NamesOf(pair.Value!.AsObject(), $"{path}.{pair.Key}").Prepend($"{path}.{pair.Key}"));

    /// <summary>Names of values, as deep as the schema tells of them.</summary>
    private static IEnumerable<string> NamesIn(JsonObject values, JsonObject schema, string path = "") => schema["properties"] is not JsonObject known ? [] : values
        .SelectMany(pair => (pair.Value is JsonObject below && known[pair.Key] is JsonObject field ? NamesIn(below, field, $"{path}.{pair.Key}") : []).Prepend($"{path}.{pair.Key}"));
}
