using k8s;
using k8s.Authentication;
using YamlDotNet.RepresentationModel;

namespace KafkaBackup.Operator.Api;

/// <summary>Finds out where the API server is, and who we are.</summary>
/// <remarks>The library reads a file with a token in pods only; the <c>tokenFile</c> of a kubeconfig it passes by, and finds no credentials.</remarks>
internal static class KubeConfiguration
{
    /// <summary>By a kubeconfig; null: by <c>$KUBECONFIG</c>, which may name several files, the pod's service account, or <c>~/.kube/config</c>.</summary>
    public static KubernetesClientConfiguration Read(string? kubeconfig)
    {
        var named = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } variable ? variable : null;
        return kubeconfig is not null ? OfFile(kubeconfig)
            : named is null ? KubernetesClientConfiguration.IsInCluster() ? KubernetesClientConfiguration.InClusterConfig() : OfFile(KubernetesClientConfiguration.KubeConfigDefaultLocation)
            : named.Contains(Path.PathSeparator, StringComparison.Ordinal) ? KubernetesClientConfiguration.BuildDefaultConfig()
            : OfFile(named);
    }

    private static KubernetesClientConfiguration OfFile(string kubeconfig)
    {
        var read = KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(kubeconfig));
        var context = read.Contexts?.FirstOrDefault(known => known.Name == read.CurrentContext)?.ContextDetails;
        var user = read.Users?.FirstOrDefault(known => known.Name == context?.User);
        if (user?.UserCredentials is not { } credentials || TokenFileOf(user.Name, kubeconfig) is not { } file)
        {
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(read);
        }

        credentials.Token = File.ReadAllText(file).Trim(); // It wants to see one.
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(read);
        configuration.TokenProvider = new TokenFileAuth(file); // Which reads it anew every minute.
        return configuration;
    }

    /// <summary>The file with a user's token, a path from the kubeconfig; null: there is none.</summary>
    private static string? TokenFileOf(string user, string kubeconfig)
    {
        using var text = File.OpenText(kubeconfig);
        var yaml = new YamlStream();
        yaml.Load(text);
        var users = yaml.Documents.Count == 0 ? null : Of(yaml.Documents[0].RootNode, "users") as YamlSequenceNode;
        var found = users?.Children.FirstOrDefault(known => (Of(known, "name") as YamlScalarNode)?.Value == user);
        return Of(Of(found, "user"), "tokenFile") is YamlScalarNode { Value: { Length: > 0 } file }
            ? Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(kubeconfig))!)
            : null;
    }

    private static YamlNode? Of(YamlNode? map, string key) =>
        (map as YamlMappingNode)?.Children.TryGetValue(new YamlScalarNode(key), out var found) == true ? found : null;
}
