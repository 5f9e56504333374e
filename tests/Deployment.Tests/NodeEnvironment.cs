using System.Text.RegularExpressions;
using k8s.Models;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The variables of a node's container, as Kubernetes would set them.</summary>
internal static class NodeEnvironment
{
    public const string Namespace = "backups";

    public static V1Container Container => Manifests.Nodes.Spec.Template.Spec.Containers.Single();

    /// <summary>What sets variables: the container, patches of it, and files of overlays.</summary>
    public static IEnumerable<string> Names =>
    [
        .. Manifests.All.OfType<V1StatefulSet>().SelectMany(set => set.Spec.Template.Spec.Containers)
            .SelectMany(container => container.Env).Select(one => one.Name),
        .. Manifests.All.OfType<V1Deployment>().SelectMany(one => one.Spec.Template.Spec.Containers).SelectMany(container => container.Env).Select(one => one.Name),
        .. Manifests.CronJob.Spec.JobTemplate.Spec.Template.Spec.Containers.SelectMany(container => container.Env).Select(one => one.Name),
        .. Kustomization.All.SelectMany(one => one.ConfigMapGenerator.SelectMany(made => made.Envs.Select(file => Path.Combine(one.Folder, file))))
            .SelectMany(Manifests.ReadVariables).Select(one => one.Name),
    ];

    /// <summary>All of them, for one pod of the overlay <c>cluster</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(int pod)
    {
        // The container's own are over those of envFrom, and see only those above them.
        var values = Manifests.ReadVariables("overlays/cluster/node.env").ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);
        foreach (var variable in Container.Env.Where(one => one.ValueFrom?.SecretKeyRef?.Optional != true))
        {
            values[variable.Name] = variable.ValueFrom switch
            {
                { FieldRef.FieldPath: "metadata.name" } => $"{Manifests.Nodes.Metadata.Name}-{pod}",
                { FieldRef.FieldPath: "metadata.namespace" } => Namespace,
                { SecretKeyRef: { } secret } => $"{secret.Name}/{secret.Key}",
                null => Regex.Replace(variable.Value, @"\$\(\w+\)", match => values[match.Value[2..^1]], RegexOptions.NonBacktracking),
                _ => throw new InvalidOperationException($"{variable.Name} comes from where no test knows of."),
            };
        }

        return values;
    }
}
