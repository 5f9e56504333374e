using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>Files to load, and what the loader says to them.</summary>
internal static class Yaml
{
    public const string File = "backup.yaml";

    /// <summary>The least that a backup needs. Its eight lines end with a line break, so that more can follow.</summary>
    public const string Minimal = """
        mode: backup
        backup_id: nightly
        source:
          bootstrap_servers:
            - kafka:9092
        storage:
          backend: filesystem
          path: /backups

        """;

    /// <summary>The same with a bucket in place of a directory.</summary>
    public static string S3 { get; } = Minimal.Replace("backend: filesystem\n  path: /backups", "backend: s3\n  bucket: b", StringComparison.Ordinal);

    /// <summary>The same with a bucket of Google Cloud Storage.</summary>
    public static string Gcs { get; } = Minimal.Replace("backend: filesystem\n  path: /backups", "backend: gcs\n  bucket: b", StringComparison.Ordinal);

    /// <summary>The same with a container of Azure.</summary>
    public static string Azure { get; } =
        Minimal.Replace("backend: filesystem\n  path: /backups", "backend: azure\n  account_name: a\n  container_name: c", StringComparison.Ordinal);

    public static string With(string key, string value) => key switch
    {
        "mode" => Minimal.Replace("mode: backup", $"mode: {value}", StringComparison.Ordinal),
        "backup_id" => Minimal.Replace("backup_id: nightly", $"backup_id: {value}", StringComparison.Ordinal),
        "source.bootstrap_servers" => Minimal.Replace("\n    - kafka:9092", " " + value, StringComparison.Ordinal),
        "source.topics.include" => Minimal.Replace("storage:", $"  topics:\n    include: {value}\nstorage:", StringComparison.Ordinal),
        "source.topics.exclude" => Minimal.Replace("storage:", $"  topics:\n    exclude: {value}\nstorage:", StringComparison.Ordinal),
        "storage.backend" => Minimal.Replace("backend: filesystem", $"backend: {value}", StringComparison.Ordinal),
        "storage.patience_secs" => Minimal.Replace("path: /backups", $"path: /backups\n  patience_secs: {value}", StringComparison.Ordinal),
        "storage.path" => Minimal.Replace("path: /backups", $"path: {value}", StringComparison.Ordinal),
        "source.client" or "source.client_rack" => Minimal.Replace("storage:", $"  {key["source.".Length..]}: {value}\nstorage:", StringComparison.Ordinal),
        "source.security" => Minimal.Replace("storage:", $"  security: {value}\nstorage:", StringComparison.Ordinal),
        _ when key.Split('.') is ["source", var part, var name] =>
            Minimal.Replace("storage:", $"  {part}:\n    {name}: {value}\nstorage:", StringComparison.Ordinal),
        _ when key.Split('.') is [var section, var name] => $"{Minimal}{section}:\n  {name}: {value}\n",
        _ => $"{Minimal}{key}: {value}\n",
    };

    public static BackupConfiguration Parse(string yaml, params (string Name, string Value)[] variables) =>
        ConfigurationLoader.Parse(yaml, File, name => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault());

    public static IReadOnlyList<ConfigurationProblem> Problems(string yaml, params (string Name, string Value)[] variables) =>
        Assert.Throws<ConfigurationException>(() => Parse(yaml, variables)).Problems;

    public static ConfigurationProblem Problem(string yaml, params (string Name, string Value)[] variables) =>
        Assert.Single(Problems(yaml, variables));
}
