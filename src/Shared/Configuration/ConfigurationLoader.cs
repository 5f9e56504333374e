using System.Text;
using KafkaBackup.Shared.Operations;
using YamlDotNet.Core;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Makes a <see cref="BackupConfiguration"/> from OSO's YAML, or says everything that stands in the way of it at once.</summary>
/// <remarks>
/// A key that is not read is an error, be it misspelt or a feature that is not there: a backup that silently ignores a line of its
/// configuration is found out when it is needed. A message never repeats a wrong value that a variable gave.
/// </remarks>
public static class ConfigurationLoader
{
    /// <summary>What file systems take as a name.</summary>
    private const int MaxFolderBytes = 255;

    internal const long MaxSeconds = long.MaxValue / TimeSpan.TicksPerSecond;

    private static readonly Dictionary<string, string> OtherModesThanBackup = new()
    {
        ["restore"] = "this file is for a restore: run it with 'kafka-backup restore'",
    };

    private static readonly Dictionary<string, string> OtherModesThanRestore = new()
    {
        ["backup"] = "this file is for a backup: run it with 'kafka-backup backup'",
    };

    /// <summary>Reads and checks the file at <paramref name="file"/>.</summary>
    /// <param name="file">The file's path; messages repeat it as given.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <exception cref="ConfigurationException">The file is missing, unreadable or wrong.</exception>
    public static BackupConfiguration Load(string file, Func<string, string?> environment) => Parse(ReadText(file), file, environment);

    /// <summary>Checks <paramref name="yaml"/>.</summary>
    /// <param name="yaml">The content of the file.</param>
    /// <param name="file">The file's path, for messages.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <exception cref="ConfigurationException">The text is no YAML, or not a configuration that can be used.</exception>
    public static BackupConfiguration Parse(string yaml, string file, Func<string, string?> environment) => Parse(yaml, file, environment, ReadRoot);

    /// <summary>Reads and checks the file at <paramref name="file"/>, which is for a restore.</summary>
    /// <param name="file">The file's path; messages repeat it as given.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <exception cref="ConfigurationException">The file is missing, unreadable or wrong.</exception>
    public static RestoreConfiguration LoadRestore(string file, Func<string, string?> environment) => ParseRestore(ReadText(file), file, environment);

    /// <summary>As <see cref="Parse"/>, for a restore.</summary>
    /// <exception cref="ConfigurationException">The text is no YAML, or not a configuration that can be used.</exception>
    public static RestoreConfiguration ParseRestore(string yaml, string file, Func<string, string?> environment) => Parse(yaml, file, environment, ReadRestoreRoot);

    /// <summary>Reads and checks the file at <paramref name="file"/>, be it for a backup or for a restore, for its cluster: <c>source</c> or <c>target</c>.</summary>
    /// <param name="file">The file's path; messages repeat it as given.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <exception cref="ConfigurationException">The file is missing, unreadable or wrong.</exception>
    public static KafkaSection LoadCluster(string file, Func<string, string?> environment) => ParseCluster(ReadText(file), file, environment);

    /// <summary>As <see cref="Parse"/>, for the cluster of either kind of file.</summary>
    /// <exception cref="ConfigurationException">The text is no YAML, or not a configuration that can be used.</exception>
    public static KafkaSection ParseCluster(string yaml, string file, Func<string, string?> environment) => Parse(yaml, file, environment, ReadCluster);

    /// <summary>As <see cref="Parse"/>, for an operation.</summary>
    /// <exception cref="ConfigurationException">The text is no YAML, or not a configuration that can be used.</exception>
    public static OperationConfiguration ParseOperation(string yaml, string file, Func<string, string?> environment) => Parse(yaml, file, environment, OperationReader.Read);

    /// <summary>Reads and checks the file at <paramref name="file"/>, which is for a validation.</summary>
    /// <exception cref="ConfigurationException">The file is missing, unreadable or wrong.</exception>
    public static ValidationConfiguration LoadValidation(string file, Func<string, string?> environment) => Parse(ReadText(file), file, environment, OperationReader.ReadValidation);

    private static T Parse<T>(string yaml, string file, Func<string, string?> environment, Func<YamlMapReader, T?> read)
        where T : class
    {
        var problems = new ConfigurationProblems(file);
        var configuration = new YamlValue("", ReadTree(yaml, problems), problems, environment).Map(read);
        problems.ThrowIfAny();
        return configuration ?? throw new InvalidOperationException("The loader gave up on a configuration without a reason.");
    }

    private static KafkaSection? ReadCluster(YamlMapReader map)
    {
        switch (map.Required("mode")?.Choice(["backup", "restore"]))
        {
            case "backup":
                return ReadRoot(map)?.Source;
            case "restore":
                return ReadRestoreRoot(map)?.Target;
            default:
                map.AcceptAll(); // Nobody knows which keys belong there.
                return null;
        }
    }

    private static RestoreConfiguration? ReadRestoreRoot(YamlMapReader map)
    {
        var mode = map.Required("mode")?.Choice(["restore"], refused: OtherModesThanRestore);
        var id = ReadBackupId(map.Required("backup_id"));
        var target = map.Required("target")?.Map(section => KafkaSectionReader.Read(section, "target"));
        var storage = map.Required("storage")?.Map(StorageReader.Read);
        var restore = map.Required("restore")?.Map(RestoreSectionReader.Read);
        return mode is null || id is null || target is null || storage is null || restore is null
            ? null
            : new RestoreConfiguration { BackupId = id.Value, Target = target, Storage = storage, Restore = restore };
    }

    private static string ReadText(string file)
    {
        var problems = new ConfigurationProblems(file);
        try
        {
            return File.ReadAllText(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw problems.Fatal("the file does not exist", e);
        }
        catch (DecoderFallbackException e)
        {
            throw problems.Fatal("the file is not UTF-8 text", e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(file))
        {
            throw problems.Fatal("it is a directory, where a file is wanted", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw problems.Fatal($"the file cannot be read: {e.Message}", e);
        }
    }

    private static YamlNode ReadTree(string yaml, ConfigurationProblems problems)
    {
        try
        {
            var root = YamlTreeParser.Parse(yaml);
            return root is null or YamlScalar { IsNull: true } ? throw problems.Fatal("the file is empty") : root;
        }
        catch (YamlException e)
        {
            var line = yaml.Split('\n').ElementAtOrDefault((int)e.Start.Line - 1) ?? "";
            var hint = line.Contains("${", StringComparison.Ordinal) ? " Inside [ ] and { } a variable needs quotes: \"${NAME}\"." : "";
            throw problems.Fatal($"this is not valid YAML: {e.Message}{hint}", e, (int)e.Start.Line, (int)e.Start.Column);
        }
    }

    private static BackupConfiguration? ReadRoot(YamlMapReader map)
    {
        var mode = map.Required("mode")?.Choice(["backup"], refused: OtherModesThanBackup);
        var idValue = map.Required("backup_id");
        var id = ReadBackupId(idValue);
        var source = map.Required("source")?.Map(section => KafkaSectionReader.Read(section, "source"));
        var storage = map.Required("storage")?.Map(StorageReader.Read);
        var backup = map.Section("backup", BackupSectionReader.Read) ?? new BackupSection();
        var offsets = map.Has("offset_storage") ? map.Section("offset_storage", ReadOffsetStorage) ?? new OffsetStorageSection() : null;
        var metrics = map.Has("metrics") ? map.Section("metrics", MetricsSectionReader.Read) ?? new MetricsSection() : null;
        if (storage is FileSystemStorageSection && id is { } name && Encoding.UTF8.GetByteCount(name.Value) > MaxFolderBytes)
        {
            idValue!.Report($"is too long for the name of a folder, which has at most {MaxFolderBytes} bytes in UTF-8");
        }

        if (mode is null || id is null || source is null || storage is null)
        {
            return null;
        }

        return new BackupConfiguration
        {
            Mode = mode,
            BackupId = id.Value,
            Source = source,
            Storage = storage,
            Backup = backup,
            OffsetStorage = offsets,
            Metrics = metrics is { IsEnabled: true } ? metrics : null,
        };
    }

    /// <summary>The id of a backup, or null after a report.</summary>
    internal static BackupId? ReadBackupId(YamlValue? value)
    {
        if (value?.Scalar("a text") is not { } text)
        {
            return null;
        }

        if (BackupId.Problem(text.Value) is not { } problem)
        {
            return new BackupId(text.Value);
        }

        value.Report(text.Variable is null
            ? problem
            : $"what the variable {text.Variable} gives is no backup id: at most {BackupId.MaxLength} characters, no '/' or '\\', no '.' in front");
        return null;
    }

    private static OffsetStorageSection ReadOffsetStorage(YamlMapReader map)
    {
        map.Choice("backend", ["sqlite"]);
        return new OffsetStorageSection { DbPath = map.Value("db_path")?.Text(LocationReader.PathObjection), SyncInterval = Seconds(map.Int64("sync_interval_secs", 1, MaxSeconds)) };
    }

    private static TimeSpan? Seconds(long? count) => count is { } value ? TimeSpan.FromSeconds(value) : null;
}
