using System.Diagnostics;
using System.Text.Json;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>A real API server takes what the overlays make, in a namespace that takes restricted pods only, and makes the pods.</summary>
public sealed class ApiServerTests : IAsyncLifetime
{
    private readonly string _namespace = $"test-{Guid.NewGuid():N}"[..20];
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("kustomize-");

    public async Task InitializeAsync()
    {
        if (Kubectl.WhyNot is null)
        {
            await Kubectl.RunAsync("create", "namespace", _namespace);
            await Kubectl.RunAsync("label", "namespace", _namespace,
                "pod-security.kubernetes.io/enforce=restricted", "pod-security.kubernetes.io/warn=restricted");
        }
    }

    public async Task DisposeAsync()
    {
        _work.Delete(recursive: true);
        if (Kubectl.WhyNot is null)
        {
            await Kubectl.RunAsync("delete", "namespace", _namespace, "--wait=false");
        }
    }

    [SkippableTheory]
    [InlineData("cluster", null)]
    [InlineData("cluster-postgresql", null)]
    [InlineData("cluster", "tls")]
    [InlineData("cluster-postgresql", "tls")]
    public async Task An_API_server_takes_the_cluster_and_makes_its_pods(string overlay, string? component)
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        await Kubectl.RunAsync("apply", "--server-side", "--validate=strict", "-n", _namespace, "-k", FolderOf(overlay, component));

        var pods = await WaitForPodsAsync(3, "app.kubernetes.io/component=node");
        Assert.Equal(["kafka-backup-0", "kafka-backup-1", "kafka-backup-2"], pods.Select(pod => NameOf(pod.GetProperty("metadata"))).Order());
        var variables = pods[0].GetProperty("spec").GetProperty("containers")[0].GetProperty("env").EnumerateArray().Select(NameOf).ToList();
        Assert.Equal(overlay == "cluster-postgresql", variables.Contains("KAFKA_BACKUP_JOURNAL_POSTGRESQL"));
        Assert.Equal(component == "tls", variables.Contains("KAFKA_BACKUP_TLS_KEY"));
        Assert.Contains("KAFKA_BACKUP_HOSTNAME", variables);
    }

    [SkippableFact]
    public async Task An_API_server_takes_the_schedule_and_makes_the_pod_of_a_run()
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        await Kubectl.RunAsync("apply", "--server-side", "--validate=strict", "-n", _namespace, "-k", FolderOf("cronjob", null));
        await Kubectl.RunAsync("create", "job", "now", "--from=cronjob/kafka-backup", "-n", _namespace);

        Assert.Single(await WaitForPodsAsync(1, "job-name=now"));
    }

    private static string? NameOf(JsonElement named) => named.GetProperty("name").GetString();

    /// <summary>The overlay, or one laid over it as an operator would do it.</summary>
    private string FolderOf(string overlay, string? component)
    {
        var (root, folder) = (Path.Combine(Repository.Root, Manifests.Folder), Path.Combine(Repository.Root, Manifests.Folder, "overlays", overlay));
        if (component is null)
        {
            return folder;
        }

        string Relative(string path) => Path.GetRelativePath(_work.FullName, path); // Kustomize takes no absolute ones.
        File.WriteAllText(Path.Combine(_work.FullName, Manifests.Kustomization),
            $"resources: [{Relative(folder)}]\ncomponents: [{Relative(Path.Combine(root, "components", component))}]\n");
        return _work.FullName;
    }

    private async Task<IReadOnlyList<JsonElement>> WaitForPodsAsync(int count, string label)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            using var list = JsonDocument.Parse(await Kubectl.RunAsync("get", "pods", "-n", _namespace, "-l", label, "-o", "json"));
            var pods = list.RootElement.GetProperty("items").EnumerateArray().Select(pod => pod.Clone()).ToList();
            if (pods.Count >= count)
            {
                return pods;
            }

            Assert.True(waited.Elapsed < TestLimits.Hang, $"There are {pods.Count} of {count} pods: {await Kubectl.RunAsync("get", "events", "-n", _namespace)}");
        }
    }
}
