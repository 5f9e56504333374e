using System.Text.Json.Nodes;

namespace KafkaBackup.Operator.Api;

/// <summary>Asks the API server what we may do.</summary>
internal static class AccessReview
{
    /// <summary>Those of <paramref name="rules"/> that are not granted.</summary>
    /// <param name="api">The API server.</param>
    /// <param name="rules">What is needed.</param>
    /// <param name="space">In this namespace; null: in all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesException">It did not answer.</exception>
    public static async Task<IReadOnlyList<AccessRule>> FindMissingAsync(
        KubernetesApi api, IReadOnlyList<AccessRule> rules, string? space, CancellationToken cancellation)
    {
        var missing = new List<AccessRule>();
        foreach (var rule in rules)
        {
            var parts = rule.Resource.Split('/');
            var attributes = new JsonObject { ["verb"] = rule.Verb, ["group"] = rule.Group, ["resource"] = parts[0] };
            if (parts.Length > 1)
            {
                attributes["subresource"] = parts[1];
            }

            if (space is not null)
            {
                attributes["namespace"] = space;
            }

            var answer = await api.CreateAsync("apis/authorization.k8s.io/v1/selfsubjectaccessreviews", new JsonObject
            {
                ["apiVersion"] = "authorization.k8s.io/v1",
                ["kind"] = "SelfSubjectAccessReview",
                ["spec"] = new JsonObject { ["resourceAttributes"] = attributes },
            }, cancellation);
            if ((bool?)answer["status"]?["allowed"] != true)
            {
                missing.Add(rule);
            }
        }

        return missing;
    }
}
