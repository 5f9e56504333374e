using System.Net;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;

namespace KafkaBackup.Operator.Resources;

/// <summary>Writes what is ours of custom resources: their status, and what keeps them from going.</summary>
/// <param name="api">The API server.</param>
/// <param name="kind">Their kind.</param>
internal sealed class ResourceWriter(KubernetesApi api, ResourceKind kind)
{
    /// <summary>Tells a status, if it is another one than before.</summary>
    /// <param name="about">Of which object.</param>
    /// <param name="before">Its status; null: it has none.</param>
    /// <param name="status">What it is to be.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesException">The API server refused, or did not answer.</exception>
    public async Task WriteStatusAsync(ObjectMeta about, JsonObject? before, JsonObject status, CancellationToken cancellation)
    {
        if (before is not null && JsonNode.DeepEquals(before, status))
        {
            return;
        }

        await api.ApplyAsync($"{kind.PathOf(about.Key)}/status", new JsonObject
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = about.Name, ["namespace"] = about.Namespace },
            ["status"] = status,
        }, cancellation);
    }

    /// <summary>Keeps an object from going until it is let go.</summary>
    /// <exception cref="KubernetesException">The API server refused, or did not answer, or the object has changed.</exception>
    public async Task HoldAsync(ObjectMeta about, string finalizer, CancellationToken cancellation)
    {
        if (!about.IsHeldBy(finalizer))
        {
            await SetFinalizersAsync(about, [.. about.Finalizers, finalizer], cancellation);
        }
    }

    /// <summary>Lets an object go.</summary>
    /// <exception cref="KubernetesException">The API server refused, or did not answer, or the object has changed.</exception>
    public Task ReleaseAsync(ObjectMeta about, string finalizer, CancellationToken cancellation) =>
        SetFinalizersAsync(about, [.. about.Finalizers.Where(name => name != finalizer)], cancellation);

    private async Task SetFinalizersAsync(ObjectMeta about, IReadOnlyList<string> finalizers, CancellationToken cancellation)
    {
        try
        {
            await api.MergeAsync(kind.PathOf(about.Key), new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["resourceVersion"] = about.ResourceVersion, // Others have finalizers, too: theirs are not to be lost.
                    ["finalizers"] = new JsonArray([.. finalizers.Select(name => (JsonNode)name)]),
                },
            }, cancellation);
        }
        catch (KubernetesException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // It went meanwhile.
        }
    }
}
