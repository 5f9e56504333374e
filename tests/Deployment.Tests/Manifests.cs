using k8s;
using k8s.Models;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The objects in <c>deploy/k8s</c>, patches among them.</summary>
internal static class Manifests
{
    public const string Folder = "deploy/k8s";

    public const string Kustomization = "kustomization.yaml";

    /// <summary>Files with objects of Kubernetes: not kustomizations, and not what goes into a ConfigMap.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Repository.Files(Folder, "*.yaml").Where(file => Path.GetFileName(file) != Kustomization).Except(Generated),
    ];

    /// <summary>All objects.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> All { get; } = [.. Files.SelectMany(Read)];

    public static V1StatefulSet Nodes { get; } = Of<V1StatefulSet>("base").Single();

    public static V1CronJob CronJob { get; } = Of<V1CronJob>("overlays/cronjob").Single();

    public static V1Deployment Operator { get; } = Of<V1Deployment>("components/operator").Single();

    /// <summary>Pods that are whole, with the name of what makes them.</summary>
    public static IReadOnlyList<(string Owner, V1PodTemplateSpec Pod)> Pods { get; } =
        [("nodes", Nodes.Spec.Template), ("cron", CronJob.Spec.JobTemplate.Spec.Template), ("operator", Operator.Spec.Template)];

    private static IEnumerable<string> Generated => Tests.Kustomization.All
        .SelectMany(one => one.ConfigMapGenerator.SelectMany(generator => generator.Files.Select(file => Path.Combine(one.Folder, file))));

    /// <summary>Objects of one kind in one folder.</summary>
    public static IEnumerable<T> Of<T>(string folder) => Files
        .Where(file => Path.GetDirectoryName(file) == Path.Combine(Repository.Root, Folder, folder)).SelectMany(Read).OfType<T>();

    /// <summary>The objects of a file; a field that Kubernetes does not know throws.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Read(string file) =>
        [.. KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];

    /// <summary>What a file with a variable a line sets.</summary>
    public static IEnumerable<(string Name, string Value)> ReadVariables(string file) => File.ReadLines(Path.Combine(Repository.Root, Folder, file))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .Select(parts => (parts[0], parts[1]));
}
