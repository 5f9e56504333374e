using System.Text.RegularExpressions;
using k8s.Models;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>What the document tells operators to make and to use is what the manifests want and have.</summary>
public sealed class KubernetesDocumentTests
{
    private static readonly string Document = SourceTree.Text("docs/kubernetes.md");

    [Fact]
    public void Every_secret_that_pods_refer_to_is_explained()
    {
        var pods = Manifests.All.OfType<V1StatefulSet>().Select(set => set.Spec.Template.Spec)
            .Concat(Manifests.Pods.Select(one => one.Pod.Spec)).ToList();
        var containers = pods.SelectMany(pod => pod.Containers).ToList();
        var secrets = pods.SelectMany(pod => pod.Volumes ?? []).Select(volume => volume.Secret?.SecretName)
            .Concat(containers.SelectMany(container => container.Env).Select(one => one.ValueFrom?.SecretKeyRef?.Name))
            .Concat(containers.SelectMany(container => container.EnvFrom ?? []).Select(one => one.SecretRef?.Name))
            .OfType<string>().Distinct(StringComparer.Ordinal).ToList();

        Assert.Equal(8, secrets.Count);
        Assert.All(secrets, secret => Assert.Contains($"`{secret}`", Document, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("KafkaBackup")]
    [InlineData("KafkaRestore")]
    public async Task An_API_server_takes_the_example(string kind)
    {
        await using var space = await TestNamespace.CreateAsync();
        var example = Document.Split("```yaml\n").Select(text => text.Split("```")[0]).Single(text => text.Contains($"kind: {kind}\n", StringComparison.Ordinal));

        Assert.Empty(await CustomResources.ApplyAsync(example.Replace("namespace: shop", $"namespace: {space.Name}", StringComparison.Ordinal), "--dry-run=server"));
    }

    [Fact]
    public void Every_folder_that_is_named_is_there()
    {
        var folders = Regex.Matches(Document, "deploy/k8s/[a-z0-9/-]+", RegexOptions.NonBacktracking)
            .Select(match => match.Value).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(folders.Count >= 4);
        Assert.All(folders, folder => Assert.True(Directory.Exists(Path.Combine(Repository.Root, folder)), folder));
    }
}
