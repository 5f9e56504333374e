using System.Net;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;

namespace KafkaBackup.Operator.Resources;

/// <summary>Writes what is ours of custom resources: their status, and what keeps them from going.</summary>
/// <param name="api">The API server.</param>
/// <param name="kind">Their kind.</param>
internal sealed class ResourceWriter(KubernetesApi api, ResourceKind kind)
{
    /// <summary>Records what is new as Events, and tells a status, if it is another one than before.</summary>
    /// <remarks>Events that are refused keep no status back. Of an object that goes they may be: nothing is made any more in a namespace that goes.</remarks>
    /// <param name="about">Of which object.</param>
    /// <param name="record">Records the events.</param>
    /// <param name="before">Its status; null: it has none.</param>
    /// <param name="status">What it is to be.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesException">The API server refused, or did not answer.</exception>
    public async Task TellAsync(ObjectMeta about, Func<Task> record, JsonObject? before, JsonObject status, CancellationToken cancellation)
    {
        KubernetesException? refusal = null;
        try
        {
            await record();
        }
        catch (KubernetesException e) when (e.Status is not null)
        {
            refusal = e;
        }

        await WriteStatusAsync(about, before, status, cancellation);
        if (refusal is not null && about.DeletionTimestamp is null)
        {
            throw new KubernetesException(refusal.Message, refusal.Status, refusal);
        }
    }

    private async Task WriteStatusAsync(ObjectMeta about, JsonObject? before, JsonObject status, CancellationToken cancellation)
    {
        if (before is not null && JsonNode.DeepEquals(before, status))
        {
            return;
        }

        await api.ApplyAsync($"{kind.PathOf(about.Key)}/status", new JsonObject
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            // By its uid, so that the next object of its name gets no status of this one.
            ["metadata"] = new JsonObject { ["name"] = about.Name, ["namespace"] = about.Namespace, ["uid"] = about.Uid },
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
    public Task ReleaseAsync(ObjectMeta about, string finalizer, CancellationToken cancellation) => about.IsHeldBy(finalizer)
        ? SetFinalizersAsync(about, [.. about.Finalizers.Where(name => name != finalizer)], cancellation)
        : Task.CompletedTask;

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
