using System.Text;
using YamlDotNet.Core;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Makes a <see cref="BackupConfiguration"/> from OSO's YAML, or says everything that stands in the way of it at once.</summary>
/// <remarks>
/// A key that is not read is an error, be it misspelt or a feature that is not there: a backup that silently ignores a line of its
/// configuration is found out when it is needed. A message never repeats a wrong value that a variable gave.
/// </remarks>
public static class ConfigurationLoader
{
    private const long MaxMilliseconds = long.MaxValue / TimeSpan.TicksPerMillisecond;
    private const long MaxSeconds = long.MaxValue / TimeSpan.TicksPerSecond;

    private static readonly Dictionary<string, string> RefusedModes = new()
    {
        ["restore"] = "this version makes backups only; it cannot run a file with mode 'restore'",
    };

    private static readonly Dictionary<string, string> RefusedBackends = new[] { "s3", "azure", "gcs", "memory" }
        .ToDictionary(name => name, name => $"'{name}' is a backend of OSO kafka-backup that this version does not support yet; use filesystem");

    private static readonly Dictionary<string, string> RefusedCodecs = new()
    {
        ["lz4"] = "'lz4' is a codec of OSO kafka-backup that this version does not write; use zstd or none",
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
    public static BackupConfiguration Parse(string yaml, string file, Func<string, string?> environment)
    {
        var problems = new ConfigurationProblems(file);
        var configuration = new YamlValue("", ReadTree(yaml, problems), problems, environment).Map(ReadRoot);
        problems.ThrowIfAny();
        return configuration ?? throw new InvalidOperationException("The loader gave up on a configuration without a reason.");
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
        var mode = map.Required("mode")?.Choice(["backup"], RefusedModes);
        var id = ReadBackupId(map.Required("backup_id"));
        var source = map.Required("source")?.Map(ReadSource);
        var storage = map.Required("storage")?.Map(ReadStorage);
        var backup = map.Section("backup", ReadBackup) ?? new BackupSection();
        var offsets = map.Has("offset_storage") ? map.Section("offset_storage", ReadOffsetStorage) ?? new OffsetStorageSection() : null;
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
        };
    }

    private static BackupId? ReadBackupId(YamlValue? value)
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

    private static SourceSection? ReadSource(YamlMapReader map)
    {
        var value = map.Required("bootstrap_servers");
        var servers = value?.TextList(BrokerAddress.Objection);
        var topics = map.Section("topics", ReadTopics) ?? new TopicsSection();
        if (servers is { Count: 0 })
        {
            value!.Report("must name at least one broker as host:port");
        }

        return servers is null ? null : new SourceSection { BootstrapServers = servers, Topics = topics };
    }

    private static TopicsSection ReadTopics(YamlMapReader map) => new()
    {
        Include = map.TextList("include") ?? [],
        Exclude = map.TextList("exclude") ?? [],
    };

    private static FileSystemStorageSection? ReadStorage(YamlMapReader map)
    {
        var backend = map.Required("backend");
        if (backend is not null && backend.Choice(["filesystem"], RefusedBackends) is null)
        {
            // The other keys belong to that backend; only the choice of it is wrong.
            map.AcceptAll();
            return null;
        }

        return map.Required("path")?.Text() is { } path ? new FileSystemStorageSection { Path = path } : null;
    }

    private static BackupSection ReadBackup(YamlMapReader map)
    {
        var defaults = new BackupSection();
        var segmentMaxBytes = map.Value("segment_max_bytes") is { } bytes ? bytes.Int64(1) : defaults.SegmentMaxBytes;
        return new BackupSection
        {
            Compression = map.Choice("compression", ["zstd", "none"], RefusedCodecs) switch
            {
                "zstd" => CompressionCodec.Zstd,
                "none" => CompressionCodec.None,
                _ => defaults.Compression,
            },
            CompressionLevel = map.Int32("compression_level", 1, 22) ?? defaults.CompressionLevel,
            SegmentMaxBytes = segmentMaxBytes ?? defaults.SegmentMaxBytes,
            SegmentMaxRecords = map.Int64("segment_max_records", 1),
            SegmentMaxInterval = Milliseconds(map.Int64("segment_max_interval_ms", 1, MaxMilliseconds)) ?? defaults.SegmentMaxInterval,
            StartOffset = (map.Value("start_offset") is { } start ? StartOffsetReader.Read(start) : null) ?? defaults.StartOffset,
            IncludeOffsetHeaders = map.Boolean("include_offset_headers") ?? defaults.IncludeOffsetHeaders,
            SourceClusterId = map.Text("source_cluster_id"),
            MaxConcurrentPartitions = map.Int32("max_concurrent_partitions", 1) ?? defaults.MaxConcurrentPartitions,
            MaxMemoryBytes = ReadMaxMemory(map.Value("max_memory_bytes"), segmentMaxBytes),
        };
    }

    private static long? ReadMaxMemory(YamlValue? value, long? segmentMaxBytes)
    {
        var memory = value?.Int64(1);
        if (memory - BackupSection.MemoryBesideSegment < segmentMaxBytes)
        {
            var minimum = (Int128)segmentMaxBytes + BackupSection.MemoryBesideSegment;
            value!.Report($"must be at least {minimum}, which is segment_max_bytes plus {BackupSection.MemoryBesideSegment}");
        }

        return memory;
    }

    private static OffsetStorageSection ReadOffsetStorage(YamlMapReader map)
    {
        map.Choice("backend", ["sqlite"]);
        var interval = map.Int64("sync_interval_secs", 1, MaxSeconds);
        return new OffsetStorageSection
        {
            DbPath = map.Text("db_path"),
            SyncInterval = interval is { } seconds ? TimeSpan.FromSeconds(seconds) : new OffsetStorageSection().SyncInterval,
        };
    }

    private static TimeSpan? Milliseconds(long? count) => count is { } value ? TimeSpan.FromMilliseconds(value) : null;
}
