using System.Text.RegularExpressions;

namespace KafkaBackup.Shared.Configuration;

/// <summary>In which region of AWS a cluster of MSK is.</summary>
public static class MskRegion
{
    private static readonly Regex Host = new(
        @"\.kafka(-serverless)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?:\d+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase);

    /// <summary>As the configuration says, else as the names of the brokers do, else the environment; null when none of them does.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="environment">Reads a variable of the environment.</param>
    public static string? Of(KafkaSection cluster, Func<string, string?> environment) =>
        cluster.Security.AwsRegion
        ?? cluster.BootstrapServers.Select(server => Host.Match(server)).FirstOrDefault(match => match.Success)?.Groups["region"].Value.ToLowerInvariant()
        ?? new[] { "AWS_REGION", "AWS_DEFAULT_REGION" }.Select(environment).FirstOrDefault(name => !string.IsNullOrEmpty(name));
}
