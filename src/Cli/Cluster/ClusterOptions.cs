using System.CommandLine;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Cluster;

/// <summary>The options by which commands find a cluster.</summary>
internal static class ClusterOptions
{
    /// <summary><c>--cluster</c>.</summary>
    public static Option<string?> Cluster(bool isRequired) => new("--cluster")
    {
        Description = "HTTP ports of nodes, host:port, separated by commas: the next one is asked when one does not answer.",
        HelpName = "HOST:PORT",
        Required = isRequired,
    };

    /// <summary><c>--token-file</c>.</summary>
    public static Option<string?> TokenFile() => new("--token-file")
    {
        Description = "A file with the token that the nodes demand. Default: the variable KAFKA_BACKUP_HTTP_TOKEN.",
        HelpName = "FILE",
    };

    /// <summary><c>--ca</c>.</summary>
    public static Option<string?> Authorities() => new("--ca")
    {
        Description = "A file (PEM) with the authorities by which nodes that speak TLS are known, or 'system' for those of this machine. "
            + "Default: the variable KAFKA_BACKUP_CA; without either nodes are spoken to in the clear.",
        HelpName = "FILE",
    };

    /// <summary>A client by these options.</summary>
    public static ClusterClient Connect(string addresses, string? tokenFile, string? authorities) =>
        new(addresses, ReadToken(tokenFile, "KAFKA_BACKUP_HTTP_TOKEN"), ClusterTrust.Read(authorities));

    /// <summary>What stands in <paramref name="file"/>, or without one in the variable; null when it stands in neither.</summary>
    public static string? ReadToken(string? file, string variable)
    {
        try
        {
            return file is null ? Environment.GetEnvironmentVariable(variable) : File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Configuration, $"--token-file: {e.Message}", e);
        }
    }
}
