using System.Diagnostics;
using System.Text.Json;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>A namespace of a real API server that takes restricted pods only, for one test.</summary>
internal sealed class TestNamespace : IAsyncDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("kustomize-");

    private TestNamespace()
    {
    }

    public string Name { get; } = $"test-{Guid.NewGuid():N}"[..20];

    /// <summary>Makes one; the test is skipped where there is no API server.</summary>
    public static async Task<TestNamespace> CreateAsync()
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        var made = new TestNamespace();
        await Kubectl.RunAsync("create", "namespace", made.Name);
        await Kubectl.RunAsync("label", "namespace", made.Name, "pod-security.kubernetes.io/enforce=restricted", "pod-security.kubernetes.io/warn=restricted");
        return made;
    }

    /// <summary>Applies an overlay, with a component or without.</summary>
    public Task ApplyAsync(string overlay, string? component) =>
        Kubectl.RunAsync("apply", "--server-side", "--validate=strict", "-n", Name, "-k", Overlay.LayOver(_work.FullName, Name, overlay, component));

    public async Task<IReadOnlyList<JsonElement>> WaitForPodsAsync(int count, string label)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            using var list = JsonDocument.Parse(await Kubectl.RunAsync("get", "pods", "-n", Name, "-l", label, "-o", "json"));
            var pods = list.RootElement.GetProperty("items").EnumerateArray().Select(pod => pod.Clone()).ToList();
            if (pods.Count >= count)
            {
                return pods;
            }

            Assert.True(waited.Elapsed < TestLimits.Hang, $"There are {pods.Count} of {count} pods: {await Kubectl.RunAsync("get", "events", "-n", Name)}");
        }
    }

    /// <summary>A file by which one is an account of this namespace.</summary>
    public async Task<string> KubeconfigOfAsync(string account)
    {
        var token = (await Kubectl.RunAsync("create", "token", account, "-n", Name)).Trim();
        var file = Path.Combine(_work.FullName, $"{account}.kubeconfig");
        await File.WriteAllTextAsync(file, await Kubectl.RunAsync("config", "view", "--raw", "--minify", "-o", "json"));
        await Kubectl.RunAsync("config", "set-credentials", account, $"--token={token}", $"--kubeconfig={file}");
        await Kubectl.RunAsync("config", "set-context", "--current", $"--user={account}", $"--namespace={Name}", $"--kubeconfig={file}");
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        _work.Delete(recursive: true);
        await Kubectl.RunAsync("delete", "namespace", Name, "--wait=false");
    }
}
