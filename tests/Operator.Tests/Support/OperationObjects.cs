using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>Objects of one kind at a real API server.</summary>
/// <param name="server">The server.</param>
/// <param name="kind">The kind.</param>
/// <param name="spec">The least that such an object has.</param>
internal sealed class OperationObjects(ApiServer server, ResourceKind kind, string spec)
{
    /// <summary>Makes one, with further fields of its spec.</summary>
    public Task ApplyAsync(string fields = "{}", string name = "one")
    {
        var whole = JsonNode.Parse(spec)!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(fields)!.AsObject())
        {
            whole[key] = value?.DeepClone();
        }

        return server.Api.ApplyAsync(kind.PathOf(server.Key(name)), new JsonObject
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = server.Space },
            ["spec"] = whole,
        }, CancellationToken.None);
    }

    /// <summary>One of them; null: it is gone.</summary>
    public Task<JsonObject?> GetAsync(string name = "one") => server.Api.GetAsync(kind.PathOf(server.Key(name)), CancellationToken.None);

    /// <summary>Asks for its deletion.</summary>
    public Task DeleteAsync(string name = "one") => ApiServer.KubectlAsync("delete", kind.Plural, name, "-n", server.Space, "--wait=false");

    /// <summary>What one tells.</summary>
    public async Task<TResource> ReadAsync<TResource>(string name = "one") => ResourceJson.Read<TResource>((await GetAsync(name))!, kind);
}
