using System.Text.Json.Serialization;
using System.Text.Json;

namespace KafkaBackup.Cli.Demo;

/// <summary>What the demo keeps in its directory: configurations to read and change, the backup, and how far the shop's story has come.</summary>
internal sealed partial class DemoFolder
{
    /// <summary>The backup's id in the configuration.</summary>
    public const string BackupId = "shop";

    /// <summary>The story lies in the past, so that its days never reach into the future, which a broker would refuse.</summary>
    private static readonly TimeSpan Past = TimeSpan.FromDays(1_000);

    private readonly string _root;

    public DemoFolder(string directory) => _root = Path.GetFullPath(directory);

    /// <summary>The configuration of the backup.</summary>
    public string ConfigPath => Path.Combine(_root, "backup.yaml");

    /// <summary>The configuration of the restore.</summary>
    public string RestorePath => Path.Combine(_root, "restore.yaml");

    /// <summary>The directory that holds the backup.</summary>
    public string StorePath => Path.Combine(_root, "backups");

    private string StatePath => Path.Combine(_root, "demo.json");

    /// <summary>How far an earlier call came, or a new story's beginning.</summary>
    /// <exception cref="Shared.BackupException">The directory holds something else.</exception>
    public DemoState Load(TimeProvider clock)
    {
        if (!File.Exists(StatePath))
        {
            return Directory.Exists(_root) && Directory.EnumerateFileSystemEntries(_root).Any()
                ? throw new Shared.BackupException(Shared.FailureKind.Configuration, $"{_root} is not empty and holds no demo. Give --dir another directory.")
                : new DemoState((clock.GetUtcNow() - Past).ToUnixTimeMilliseconds(), 0, []);
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(StatePath), DemoJson.Default.DemoState)!;
        }
        catch (JsonException e)
        {
            throw new Shared.BackupException(Shared.FailureKind.Configuration, $"{StatePath} is damaged. Delete {_root} to begin anew.", e);
        }
    }

    /// <summary>Remembers how far the story has come.</summary>
    public void Save(DemoState state)
    {
        Directory.CreateDirectory(_root);
        File.WriteAllBytes(StatePath, JsonSerializer.SerializeToUtf8Bytes(state, DemoJson.Default.DemoState));
    }

    /// <summary>Writes the configuration of the backup of a broker at <paramref name="address"/>.</summary>
    public void WriteConfiguration(string address)
    {
        Directory.CreateDirectory(_root);
        File.WriteAllText(ConfigPath, $"""
            # Made by 'kafka-backup demo'. For your own cluster change bootstrap_servers, topics and backup_id.
            mode: backup
            backup_id: {BackupId}
            source:
              bootstrap_servers: ["{address}"]
              topics:
                include: [orders, payments, "custom*"]
            storage:
              backend: filesystem
              path: {Quoted(StorePath)}
            backup:
              consumer_group_snapshot: true
            offset_storage:             # makes runs incremental
              db_path: {Quoted(Path.Combine(_root, "local", "offsets.db"))}

            """);
    }

    /// <summary>Writes the configuration of a restore of all that was there before <paramref name="moment"/> into a broker at <paramref name="address"/>.</summary>
    public void WriteRestoreConfiguration(string address, DateTimeOffset moment) => File.WriteAllText(RestorePath, $"""
        # Made by 'kafka-backup demo'. For your own cluster change bootstrap_servers, backup_id and the window.
        mode: restore
        backup_id: {BackupId}
        target:
          bootstrap_servers: ["{address}"]
        storage:
          backend: filesystem
          path: {Quoted(StorePath)}
        restore:
          create_topics: true
          time_window_end: {moment.AddMilliseconds(-1):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}
          auto_consumer_groups: true  # groups read on where they would have read on

        """);

    private static string Quoted(string text) => JsonSerializer.Serialize(text, DemoJson.Default.String);

    /// <param name="StartedAt">When the story began, ms since 1970; records take their times from it.</param>
    /// <param name="Days">How many days of it are told and backed up.</param>
    /// <param name="BadDays">The days at whose end a bad deploy wrote nonsense; null in directories of versions that knew none.</param>
    internal sealed record DemoState(long StartedAt, int Days, IReadOnlyList<int>? BadDays);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(DemoState))]
    [JsonSerializable(typeof(string))]
    private sealed partial class DemoJson : JsonSerializerContext;
}
