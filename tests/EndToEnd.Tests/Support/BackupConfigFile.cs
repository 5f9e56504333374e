using System.Text;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A configuration file in the making: what most tests leave alone, and what some change.</summary>
internal sealed record BackupConfigFile
{
    public required string BackupId { get; init; }

    public required string Broker { get; init; }

    public required string StorePath { get; init; }

    /// <summary>Where the local offsets database lies; null for runs that are not incremental.</summary>
    public required string? OffsetsPath { get; init; }

    /// <summary>Lines of the section <c>storage</c>, without their indentation. Default: the directory <see cref="StorePath"/>.</summary>
    public IReadOnlyList<string>? Storage { get; init; }

    /// <summary><c>source.client</c> of all backups, as KAFKA_BACKUP_TEST_CLIENT says; the program's default without it.</summary>
    public static string? Client { get; } = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_CLIENT");

    public IReadOnlyList<string> Include { get; init; } = [];

    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Lines of the section <c>source.security</c>, without their indentation.</summary>
    public IReadOnlyList<string> Security { get; init; } = [];

    /// <summary>Lines of the section <c>backup</c>, without their indentation.</summary>
    public IReadOnlyList<string> Backup { get; init; } = [];

    /// <summary>Lines of the section <c>metrics</c>, without their indentation.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    public override string ToString()
    {
        var yaml = new StringBuilder();
        yaml.Append($"mode: backup\nbackup_id: {BackupId}\n");
        yaml.Append($"source:\n  bootstrap_servers:\n    - \"{Broker}\"\n  topics:\n    include: {List(Include)}\n    exclude: {List(Exclude)}\n");
        if (!string.IsNullOrEmpty(Client))
        {
            yaml.Append($"  client: {Client}\n");
        }

        if (Security.Count > 0)
        {
            yaml.Append("  security:\n").AppendJoin("", Security.Select(line => $"    {line}\n"));
        }

        yaml.Append("storage:\n").AppendJoin("", (Storage ?? ["backend: filesystem", $"path: {StorePath}"]).Select(line => $"  {line}\n"));
        if (Backup.Count > 0)
        {
            yaml.Append("backup:\n").AppendJoin("", Backup.Select(line => $"  {line}\n"));
        }

        if (Metrics.Count > 0)
        {
            yaml.Append("metrics:\n").AppendJoin("", Metrics.Select(line => $"  {line}\n"));
        }

        if (OffsetsPath is not null)
        {
            yaml.Append($"offset_storage:\n  db_path: {OffsetsPath}\n");
        }

        return yaml.ToString();
    }

    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(item => $"\"{item}\""))}]";
}
