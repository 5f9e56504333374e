using System.Diagnostics;
using System.Text.Json.Nodes;
using KafkaBackup.Operator;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Deployment.Tests;

/// <summary>At a real API server: what the overlays with an operator give its account, and that of nodes, is enough for the program, and is all they have.</summary>
/// <remarks>Rights for the whole cluster have one name, so these tests follow each other.</remarks>
public sealed class OperatorRightsTests : IAsyncLifetime
{
    private const string Account = "kafka-backup-operator";

    private const string Component = "operator-namespace";

    private TestNamespace? _space;

    private TestNamespace Space => _space!;

    public async Task InitializeAsync() => _space = Kubectl.WhyNot is null ? await TestNamespace.CreateAsync() : null;

    public async Task DisposeAsync()
    {
        if (_space is not null)
        {
            foreach (var kind in (string[])["clusterrolebinding", "clusterrole"])
            {
                await Kubectl.RunAsync("delete", kind, Account, "kafka-backup-secrets", "--ignore-not-found");
            }

            await _space.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("operator", null)]
    [InlineData("cluster-postgresql", "operator")]
    [InlineData("cluster", Component)]
    public async Task An_API_server_takes_the_operator_and_makes_its_pod_beside_nodes(string overlay, string? component)
    {
        await ApplyAsync(overlay, component);

        var found = (await Space.WaitForPodsAsync(1, "app.kubernetes.io/component=operator")).Single().GetProperty("spec");
        Assert.Equal(Account, found.GetProperty("serviceAccountName").GetString());
        Assert.Equal(component == Component, found.GetRawText().Contains("--namespace=", StringComparison.Ordinal));
        var nodes = await Space.WaitForPodsAsync(3, "app.kubernetes.io/component=node");
        Assert.All(nodes, node => Assert.Contains("/run/kafka-backup/secrets", node.GetRawText(), StringComparison.Ordinal));
        Assert.All(nodes, node => Assert.Contains("/var/run/secrets/kubernetes.io/serviceaccount", node.GetRawText(), StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("operator", null)]
    [InlineData("cluster", Component)]
    public async Task The_operator_works_with_the_rights_of_its_account(string overlay, string? component)
    {
        await ApplyAsync(overlay, component);
        using var api = KubernetesApi.Connect(await Space.KubeconfigOfAsync(Account));
        using var stop = new CancellationTokenSource();
        // Other tests have objects in other namespaces, so it looks after its own only.
        var cluster = new AbsentCluster();
        var @operator = new KafkaOperator(
            api, cluster, cluster, cluster, new OperatorSettings { Namespaces = [Space.Name] }, NullLoggerFactory.Instance, TimeProvider.System, new Random(1));
        var running = @operator.RunAsync(stop.Token);

        foreach (var kind in (string[])["KafkaBackup", "KafkaRestore"])
        {
            var made = CustomResources.Minimal(kind, "production").With($$$"""{"metadata": {"namespace": "{{{Space.Name}}}"}}""");
            Assert.Empty(await CustomResources.ApplyAsync(made.ToJsonString()));
            var found = await WaitForStatusAsync(kind, @operator);
            Assert.Contains("No node answers.", (string?)found["status"]!["message"], StringComparison.Ordinal);
            Assert.Single(found["metadata"]!["finalizers"]!.AsArray());
            Assert.Contains("production", await Kubectl.RunAsync("get", "events", "-n", Space.Name, "--field-selector", $"involvedObject.kind={kind}"), StringComparison.Ordinal);
        }

        Assert.Null(@operator.WhyNotReady());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await ReleaseAsync();
    }

    [SkippableTheory]
    [InlineData("operator", null, true)]
    [InlineData("cluster", Component, false)]
    public async Task The_operator_has_no_other_rights(string overlay, string? component, bool isEverywhere)
    {
        await ApplyAsync(overlay, component);
        var file = await Space.KubeconfigOfAsync(Account);
        using var api = KubernetesApi.Connect(file);

        Assert.Empty(await AccessReview.FindMissingAsync(api, KafkaOperator.Rules, Space.Name, CancellationToken.None));
        Assert.Equal(isEverywhere ? 0 : KafkaOperator.Rules.Count, (await AccessReview.FindMissingAsync(api, KafkaOperator.Rules, null, CancellationToken.None)).Count);
        foreach (var asked in (string[])["get secrets", "list secrets", "get configmaps", "create pods", "delete kafkabackups.kafka.oso.sh",
            "update kafkabackups.kafka.oso.sh", "create kafkarestores.kafka.oso.sh", "create kafkabackupruns.kafka.oso.sh", "delete kafkaoffsetresets.kafka.oso.sh", "get kafkabackups.kafka.oso.sh --subresource=status", "update kafkabackups.kafka.oso.sh --subresource=status", "list events", "patch events"])
        {
            Assert.Equal($"{asked}: no", $"{asked}: {await MayAsync(file, asked)}");
        }
    }

    [SkippableTheory]
    [InlineData("operator", null, true)]
    [InlineData("cluster", Component, false)]
    public async Task Nodes_read_the_Secret_that_a_definition_names_and_cannot_list_any(string overlay, string? component, bool isEverywhere)
    {
        await ApplyAsync(overlay, component);
        await using var other = await TestNamespace.CreateAsync();
        foreach (var space in (string[])[Space.Name, other.Name])
        {
            await Kubectl.RunAsync("create", "secret", "generic", "user", "-n", space, $"--from-literal=password={space}");
        }

        var file = await Space.KubeconfigOfAsync("kafka-backup");

        Assert.Equal(Space.Name, Read(file, Space.Name));
        if (isEverywhere)
        {
            Assert.Equal(other.Name, Read(file, other.Name));
        }
        else
        {
            Assert.Contains("403", Assert.Throws<BackupException>(() => Read(file, other.Name)).Message, StringComparison.Ordinal);
        }

        foreach (var asked in (string[])["list secrets", "watch secrets", "create secrets", "patch secrets", "get configmaps", "get pods", "get kafkabackups.kafka.oso.sh"])
        {
            Assert.Equal($"{asked}: no", $"{asked}: {await MayAsync(file, asked)}");
        }
    }

    private static string Read(string kubeconfig, string space)
    {
        var folder = Directory.CreateTempSubdirectory("secrets-");
        try
        {
            using var files = new SecretMirror(folder.FullName, () => KubernetesApi.Connect(kubeconfig), NullLogger<SecretMirror>.Instance, TimeProvider.System);
            files.Provide($$"""password: "${KAFKA_BACKUP_SECRETS}/{{space}}/user/password" """);
            return File.ReadAllText(Path.Combine(folder.FullName, space, "user", "password"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>"yes" or "no", for the account's own namespace.</summary>
    private static async Task<string> MayAsync(string kubeconfig, string asked)
    {
        var (_, output, errors) = await Kubectl.TryAsync("", [$"--kubeconfig={kubeconfig}", "auth", "can-i", .. asked.Split(' ')]);

        Assert.False(errors.Contains("error:", StringComparison.Ordinal), errors);
        return output.Trim();
    }

    private async Task ApplyAsync(string overlay, string? component)
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        await CustomResources.DefinedAsync();
        await Space.ApplyAsync(overlay, component);
    }

    private async Task<JsonNode> WaitForStatusAsync(string kind, KafkaOperator @operator)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var found = JsonNode.Parse(await Kubectl.RunAsync("get", kind, "production", "-n", Space.Name, "-o", "json"))!;
            if (found["status"]?["message"] is not null)
            {
                return found;
            }

            Assert.DoesNotContain("lacks rights", @operator.WhyNotReady() ?? "", StringComparison.Ordinal);
            Assert.True(waited.Elapsed < TestLimits.Hang, $"It has no status: {found}");
        }
    }

    /// <summary>No operator is there any more that would let the objects go with their namespace.</summary>
    private async Task ReleaseAsync()
    {
        foreach (var kind in (string[])["kafkabackup", "kafkarestore"])
        {
            await Kubectl.RunAsync("patch", kind, "production", "-n", Space.Name, "--type=merge", "-p", """{"metadata": {"finalizers": null}}""");
        }
    }
}
