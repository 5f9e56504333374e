using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Gives a node the Secrets of Kubernetes that definitions name, where the environment says that there are such.</summary>
internal static class SecretHosting
{
    /// <summary>Adds <see cref="SecretMirror"/> if <see cref="SecretPath.Variable"/> names a folder.</summary>
    public static IServiceCollection AddSecretFiles(this IServiceCollection parts) =>
        Environment.GetEnvironmentVariable(SecretPath.Variable) is { Length: > 0 } folder
            ? parts.AddSingleton(services => new SecretMirror(
                Path.GetFullPath(folder), () => KubernetesApi.Connect(null), services.GetRequiredService<ILogger<SecretMirror>>(), TimeProvider.System))
            : parts;
}
