using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A backup in a temporary directory of its own: configuration, store and local state.</summary>
internal sealed class TestBackup : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-backup-e2e-");

    public TestBackup(string broker, string id, IReadOnlyList<string> include)
    {
        Id = id;
        Config = new BackupConfigFile { BackupId = Id, Broker = broker, StorePath = Store, OffsetsPath = OffsetsPath, Include = include };
    }

    public string Id { get; }

    public string Root => _root.FullName;

    public string Store => Path.Combine(Root, "store");

    /// <summary>The directory of the local offsets database and the journal.</summary>
    public string Local => Path.Combine(Root, "local");

    public string OffsetsPath => Path.Combine(Local, "offsets.db");

    public string ConfigPath => Path.Combine(Root, "backup.yaml");

    /// <summary>What the next run is configured with.</summary>
    public BackupConfigFile Config { get; set; }

    /// <summary>A file of the backup in the store, by its key below the backup id.</summary>
    public string PathOf(string key) => Path.Combine(Store, Id, key);

    /// <summary>All segment files, named by an entry or not.</summary>
    public IReadOnlyList<string> SegmentFiles() => Directory.Exists(PathOf("topics"))
        ? Directory.EnumerateFiles(PathOf("topics"), "segment-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList()
        : [];

    /// <summary>Runs <c>backup</c> to its end.</summary>
    public async Task<CliResult> RunAsync(params IEnumerable<string> options)
    {
        using var run = Start(options);
        return await run.FinishAsync();
    }

    /// <summary>Runs <c>backup</c> to its end, which has to be a good one.</summary>
    public async Task<CliResult> SucceedAsync() => (await RunAsync()).AssertExit(0);

    /// <summary>Starts <c>backup</c>.</summary>
    public CliRun Start(params IEnumerable<string> options) => StartWithFile(WriteConfig(), options);

    /// <summary>Writes the configuration to its file.</summary>
    /// <returns>The path of the file.</returns>
    public string WriteConfig()
    {
        File.WriteAllText(ConfigPath, Config.ToString());
        return ConfigPath;
    }

    /// <summary>Runs <c>restore</c> of this backup to its end.</summary>
    /// <param name="topics">The names at the target, by those at the source.</param>
    /// <param name="lines">Further lines of the section <c>restore</c>, without their indentation.</param>
    public async Task<CliResult> RestoreAsync(IReadOnlyDictionary<string, string> topics, params IReadOnlyList<string> lines)
    {
        using var run = StartRestore(topics, lines);
        return await run.FinishAsync();
    }

    private static bool IsOption(string line) => line.StartsWith("--", StringComparison.Ordinal);

    /// <summary>A line for a restore that makes no topics.</summary>
    public const string IntoExisting = "create_topics: false";

    /// <summary>Starts <c>restore</c>, with lines of its configuration and options of the command.</summary>
    public CliRun StartRestore(IReadOnlyDictionary<string, string> topics, params IReadOnlyList<string> lines)
    {
        var path = Path.Combine(Root, "restore.yaml");
        var security = Config.Security.Count == 0 ? "" : $"  security:\n{string.Concat(Config.Security.Select(line => $"    {line}\n"))}";
        string[] mapping = topics.Count == 0 ? [] : ["topic_mapping:", .. topics.Select(topic => $"  {topic.Key}: {topic.Value}")];
        var storage = string.Concat((Config.Storage ?? ["backend: filesystem", $"path: {Store}"]).Select(line => $"  {line}\n"));
        File.WriteAllText(path, $"""
            mode: restore
            backup_id: {Id}
            target:
              bootstrap_servers: ["{Config.Broker}"]
            {security}storage:
            {storage}restore:
              create_topics: {(lines.Contains(IntoExisting) ? "false" : "true")}

            """ + string.Concat(mapping.Concat(lines.Where(line => line != IntoExisting && !IsOption(line))).Select(line => $"  {line}\n")));
        return CliRun.Start(Root, ["restore", "-c", path, .. lines.Where(IsOption).SelectMany(option => option.Split(' '))]);
    }

    /// <summary>Waits until a restore of this backup has made a topic and written that down.</summary>
    public async Task WaitUntilRestoringAsync(CliRun run)
    {
        var folder = Path.Combine(Store, Id, "_cluster", "restores");
        await run.WaitForAsync(() => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.json").Any(file => File.ReadAllText(file).Contains("\"id\":", StringComparison.Ordinal)));
    }

    /// <summary>Starts a second process on the same store, with local state of its own.</summary>
    public CliRun StartElsewhere(string name)
    {
        var config = Path.Combine(Root, $"{name}.yaml");
        File.WriteAllText(config, (Config with { OffsetsPath = Path.Combine(Root, name, "offsets.db") }).ToString());
        return StartWithFile(config);
    }

    /// <summary>Starts <c>backup</c> with any file.</summary>
    public CliRun StartWithFile(string path, params IEnumerable<string> options)
    {
        // Without offset_storage the journal lies in $TMPDIR, under the backup's id: tests must not meet there.
        Directory.CreateDirectory(Local);
        return CliRun.Start(Local, ["backup", "-c", path, .. options]);
    }

    /// <summary>The offsets that the ledger answers for.</summary>
    public async Task<IReadOnlyList<OffsetRange>> CoverageOfAsync(PartitionId partition)
    {
        var ledger = await LedgerReader.ReadAsync(new FileSystemObjectStore(Store), new BackupId(Id), CancellationToken.None);
        return ledger!.CoverageOf(partition).Ranges;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
