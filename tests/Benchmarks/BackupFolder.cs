namespace KafkaBackup.Benchmarks;

/// <summary>A backup in a temporary directory: configuration, store and local state. Runs the real program on it.</summary>
internal sealed class BackupFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-backup-bench-");

    /// <summary>Writes the configuration.</summary>
    /// <param name="broker">Where to read.</param>
    /// <param name="topics">A topic's name, or a glob.</param>
    /// <param name="codec">The segments' codec.</param>
    /// <param name="more">Further lines for the section <c>backup</c>.</param>
    public BackupFolder(string broker, string topics, string codec = "zstd", params IEnumerable<string> more)
    {
        Directory.CreateDirectory(Local);
        File.WriteAllText(ConfigPath,
            $"""
            mode: backup
            backup_id: bench
            source:
              bootstrap_servers: ["{broker}"]
              topics:
                include: ["{topics}"]
            storage:
              backend: filesystem
              path: {Store}
            offset_storage:
              backend: sqlite
              db_path: {Local}/offsets.db
            backup:
              compression: {codec}
              {string.Join("\n  ", more)}
            """);
    }

    /// <summary>The configuration file.</summary>
    public string ConfigPath => Path.Combine(_root.FullName, "backup.yaml");

    /// <summary>The directory of the store.</summary>
    public string Store => Path.Combine(_root.FullName, "store");

    private string RestorePath => Path.Combine(_root.FullName, "restore.yaml");

    private string Local => Path.Combine(_root.FullName, "local");

    /// <summary>All segments.</summary>
    public IEnumerable<string> Segments => Directory.EnumerateFiles(Store, "segment-*", SearchOption.AllDirectories);

    /// <summary>Runs <c>kafka-backup backup</c>.</summary>
    public Task<Measured> BackUpAsync() => ChildProcess.RunAsync("kafka-backup.dll", Local, "backup", "-c", ConfigPath);

    /// <summary>Runs a part of this program in a process of its own.</summary>
    public Task<Measured> RunPartAsync(string part) => ChildProcess.RunAsync("KafkaBackup.Benchmarks.dll", Local, part, part == "compress" ? Store : ConfigPath);

    /// <summary>Runs <c>kafka-backup restore</c> into a topic that it makes.</summary>
    public Task<Measured> RestoreAsync(string broker, string topic, string target)
    {
        File.WriteAllText(RestorePath,
            $"""
            mode: restore
            backup_id: bench
            target:
              bootstrap_servers: ["{broker}"]
            storage:
              backend: filesystem
              path: {Store}
            restore:
              create_topics: true
              topic_mapping:
                {topic}: {target}
            """);
        return ChildProcess.RunAsync("kafka-backup.dll", Local, "restore", "-c", RestorePath);
    }

    /// <summary>Writes as many records into a topic as a restore would, in a process of its own. A restore has to have been run.</summary>
    public Task<Measured> ProduceAsync(string target, int partitions, long each, int size) =>
        ChildProcess.RunAsync("KafkaBackup.Benchmarks.dll", Local, "produce", RestorePath, target, $"{partitions}", $"{each}", $"{size}");

    /// <summary>Each file of the store with the time of its last change.</summary>
    public Dictionary<string, DateTime> Files() =>
        Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.GetLastWriteTimeUtc);

    public void Dispose() => _root.Delete(recursive: true);
}
