using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>Every key of the file, the values it takes, and the values it does not.</summary>
public sealed class ConfigurationKeysTests
{
    /// <summary>A key, a value that is not its default, and the property that must then hold <c>expected</c>.</summary>
    public static TheoryData<string, string, object?> Effects => new()
    {
        { "mode", "backup", "backup" },
        { "backup_id", "weekly", "weekly" },
        { "source.bootstrap_servers", "['a:1', 'b:65535']", "a:1 b:65535" },
        { "source.topics.include", "[orders, 'pay*']", "orders pay*" },
        { "source.topics.exclude", "[orders.dlq]", "orders.dlq" },
        { "storage.backend", "filesystem", typeof(FileSystemStorageSection) },
        { "storage.path", "/mnt/b", "/mnt/b" },
        { "storage.patience_secs", "90", TimeSpan.FromSeconds(90) },
        { "backup.compression", "none", CompressionCodec.None },
        { "backup.compression_level", "22", 22 },
        { "backup.segment_max_bytes", "1", 1L },
        { "backup.segment_max_records", "1", 1L },
        { "backup.segment_max_interval_ms", "1", TimeSpan.FromMilliseconds(1) },
        { "backup.start_offset", "!specific {t: {0: 5}}", 5L },
        { "backup.include_offset_headers", "false", false },
        { "backup.source_cluster_id", "lkc-1", "lkc-1" },
        { "backup.max_concurrent_partitions", "1", 1 },
        { "backup.max_memory_bytes", "8589934592", 8_589_934_592L },
        { "backup.continuous", "true", true },
        { "backup.stop_at_current_offsets", "true", true },
        { "backup.include_internal_topics", "true", true },
        { "backup.consumer_group_snapshot", "true", true },
        { "backup.open_transaction_limit_secs", "60", TimeSpan.FromMinutes(1) },
        { "backup.sync_interval_secs", "7", TimeSpan.FromSeconds(7) },
        { "backup.fetch_max_bytes", "8388608", 8_388_608 },
        { "source.client", "native", SourceClient.Native },
        { "source.client", "librdkafka", SourceClient.Librdkafka },
        { "source.client_rack", "eu-1a", "eu-1a" },
        { "source.connection.tcp_keepalive", "false", false },
        { "source.connection.tcp_nodelay", "false", false },
        { "source.security.security_protocol", "SSL", SecurityProtocol.Ssl },
        { "offset_storage.backend", "sqlite", true },
        { "offset_storage.db_path", "/tmp/o.db", "/tmp/o.db" },
        { "offset_storage.sync_interval_secs", "1", TimeSpan.FromSeconds(1) },
    };

    [Theory]
    [MemberData(nameof(Effects))]
    public void Every_key_has_an_effect(string key, string value, object? expected) =>
        Assert.Equal(expected, Property(key, Yaml.Parse(Yaml.With(key, value))));

    [Theory]
    [MemberData(nameof(Effects))]
    public void Every_key_that_has_a_default_is_tried_with_another_value(string key, string _, object? expected)
    {
        if (key is "mode" or "storage.backend")
        {
            return;
        }

        Assert.NotEqual(expected, Property(key, Yaml.Parse(Yaml.Minimal)));
    }

    [Fact]
    public void The_table_of_keys_is_complete()
    {
        var files = Yaml.Minimal.Replace("source:", "source:\n  x: 1\n  topics: {x: 1}\n  security: {x: 1}\n  connection: {x: 1}", StringComparison.Ordinal)
            .Replace("  path:", "  x: 1\n  path:", StringComparison.Ordinal) + "x: 1\nbackup: {x: 1}\noffset_storage: {x: 1}\nmetrics: {x: 1}\n";
        var bucket = Yaml.S3.Replace("  bucket:", "  x: 1\n  bucket:", StringComparison.Ordinal);
        var azure = Yaml.Azure.Replace("  account_name:", "  x: 1\n  account_name:", StringComparison.Ordinal);
        var gcs = Yaml.Gcs.Replace("  bucket:", "  x: 1\n  bucket:", StringComparison.Ordinal);

        var known = Yaml.Problems(files).Concat(Yaml.Problems(bucket)).Concat(Yaml.Problems(gcs)).Concat(Yaml.Problems(azure)).SelectMany(problem => problem.Message.Split(": ")[1].Split(", ")
            .Select(name => problem.Path == "x" ? name : $"{problem.Path[..^2]}.{name}"));

        string[] sections = ["source", "source.topics", "source.security", "source.connection", "storage", "backup", "offset_storage", "metrics"];
        var rows = Effects.Select(row => (string)row[0]!).Concat(MetricsKeysTests.Keys);
        Assert.Equal(rows.Concat(SecurityKeysTests.Keys).Concat(StorageKeysTests.Keys).Concat(GcsKeysTests.Keys).Concat(AzureKeysTests.Keys).Concat(ContinuousKeysTests.Keys).Distinct().Order(),
            known.Except(sections).Distinct().Order());
    }

    [Theory]
    [InlineData("mode", "Backup", "must be backup, not 'Backup'")]
    [InlineData("mode", "restore", "this file is for a restore: run it with 'kafka-backup restore'")]
    [InlineData("backup_id", "a/b", "'a/b' is no backup id: it must not contain '/' or '\\'")]
    [InlineData("backup_id", "'..'", "'..' is no backup id: it would leave the storage root")]
    [InlineData("source.bootstrap_servers", "[]", "must name at least one broker as host:port")]
    [InlineData("storage.backend", "S3", "must be filesystem or s3 or gcs or azure, not 'S3'")]
    [InlineData("storage.backend", "memory", "'memory' keeps nothing when the program ends, so it is no place for a backup; use filesystem, s3, gcs or azure")]
    [InlineData("storage.path", "''", "must be a text, not empty")]
    [InlineData("backup.compression", "gzip", "must be zstd or lz4 or none, not 'gzip'")]
    [InlineData("backup.compression", "ZSTD", "must be zstd or lz4 or none, not 'ZSTD'")]
    [InlineData("backup.compression_level", "0", "must be a whole number from 1 to 22, not '0'")]
    [InlineData("backup.compression_level", "23", "must be a whole number from 1 to 22, not '23'")]
    [InlineData("backup.segment_max_bytes", "0", "must be a whole number of 1 or more, not '0'")]
    [InlineData("backup.segment_max_records", "0", "must be a whole number of 1 or more, not '0'")]
    [InlineData("backup.segment_max_interval_ms", "0", "must be a whole number from 1 to 922337203685477, not '0'")]
    [InlineData("backup.segment_max_interval_ms", "922337203685478", "must be a whole number from 1 to 922337203685477, not '922337203685478'")]
    [InlineData("backup.source_cluster_id", "\"\"", "must be a text, not empty")]
    [InlineData("backup.max_concurrent_partitions", "0", "must be a whole number from 1 to 2147483647, not '0'")]
    [InlineData("backup.max_concurrent_partitions", "2147483648", "must be a whole number from 1 to 2147483647, not '2147483648'")]
    [InlineData("backup.max_memory_bytes", "0", "must be a whole number of 1 or more, not '0'")]
    [InlineData("offset_storage.backend", "s3", "must be sqlite, not 's3'")]
    [InlineData("offset_storage.db_path", "''", "must be a text, not empty")]
    [InlineData("storage.patience_secs", "0", "must be a whole number from 1 to 922337203685, not '0'")]
    [InlineData("offset_storage.sync_interval_secs", "0", "must be a whole number from 1 to 922337203685, not '0'")]
    public void A_value_that_a_key_does_not_take_is_refused(string key, string value, string message)
    {
        var problem = Yaml.Problem(Yaml.With(key, value));

        Assert.Equal((key, message), (problem.Path, problem.Message));
    }

    [Theory]
    [InlineData("backup.segment_max_interval_ms", "922337203685477")]
    [InlineData("offset_storage.sync_interval_secs", "922337203685")]
    [InlineData("backup.segment_max_bytes", "9223372036854775807")]
    public void The_largest_values_are_accepted(string key, string value) => Yaml.Parse(Yaml.With(key, value));

    [Fact]
    public void Keys_of_another_backend_are_not_reported_on_top_of_the_backend()
    {
        var yaml = Yaml.Minimal.Replace("backend: filesystem\n  path: /backups", "backend: glacier\n  bucket: b\n  colour: red", StringComparison.Ordinal);

        Assert.Equal("storage.backend", Yaml.Problem(yaml).Path);
    }

    [Fact]
    public void Memory_must_hold_a_segment_and_what_is_next_to_it()
    {
        var problem = Yaml.Problem(Yaml.Minimal + "backup: {segment_max_bytes: 1000, max_memory_bytes: 33555431}\n");

        Assert.Equal(
            new ConfigurationProblem("backup.max_memory_bytes", 9, 53, "must be at least 33555432, which is segment_max_bytes plus 33554432"),
            problem);
    }

    [Fact]
    public void Memory_that_just_holds_a_segment_is_enough() =>
        Assert.Equal(33_555_432, Yaml.Parse(Yaml.Minimal + "backup: {segment_max_bytes: 1000, max_memory_bytes: 33555432}\n").Backup.MaxMemoryBytes);

    [Fact]
    public void Memory_is_compared_with_the_default_segment_size_when_the_file_has_none() =>
        Assert.Contains("at least 167772160", Yaml.Problem(Yaml.With("backup.max_memory_bytes", "134217728")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_least_memory_is_named_even_when_no_number_of_the_file_could_reach_it() =>
        Assert.Contains(
            "at least 9223372036888330239",
            Yaml.Problem(Yaml.Minimal + "backup: {segment_max_bytes: 9223372036854775807, max_memory_bytes: 9223372036854775807}\n").Message,
            StringComparison.Ordinal);

    [Fact]
    public void Memory_is_not_compared_with_a_segment_size_that_is_wrong_itself() =>
        Assert.Equal("backup.segment_max_bytes", Yaml.Problem(Yaml.Minimal + "backup: {segment_max_bytes: big, max_memory_bytes: 1}\n").Path);

    private static object? Property(string key, BackupConfiguration configuration) => key switch
    {
        "mode" => configuration.Mode,
        "backup_id" => configuration.BackupId.Value,
        "source.bootstrap_servers" => string.Join(' ', configuration.Source.BootstrapServers),
        "source.topics.include" => string.Join(' ', configuration.Source.Topics.Include),
        "source.topics.exclude" => string.Join(' ', configuration.Source.Topics.Exclude),
        "storage.backend" => configuration.Storage.GetType(),
        "storage.path" => ((FileSystemStorageSection)configuration.Storage).Path,
        "storage.patience_secs" => configuration.Storage.Patience,
        "backup.compression" => configuration.Backup.Compression,
        "backup.compression_level" => configuration.Backup.CompressionLevel,
        "backup.segment_max_bytes" => configuration.Backup.SegmentMaxBytes,
        "backup.segment_max_records" => configuration.Backup.SegmentMaxRecords,
        "backup.segment_max_interval_ms" => configuration.Backup.SegmentMaxInterval,
        "backup.start_offset" => configuration.Backup.StartOffset.Specific.GetValueOrDefault(new("t", 0)),
        "backup.include_offset_headers" => configuration.Backup.IncludeOffsetHeaders,
        "backup.source_cluster_id" => configuration.Backup.SourceClusterId,
        "backup.max_concurrent_partitions" => Math.Max(configuration.Backup.MaxConcurrentPartitions, configuration.Backup.MaxConcurrentSmall),
        "backup.max_memory_bytes" => configuration.Backup.MaxMemoryBytes,
        "backup.continuous" => configuration.Backup.IsContinuous,
        "backup.stop_at_current_offsets" => configuration.Backup.StopsAtCurrentOffsets,
        "backup.include_internal_topics" => configuration.Backup.IncludesInternalTopics,
        "backup.open_transaction_limit_secs" => configuration.Backup.OpenTransactionLimit,
        "backup.consumer_group_snapshot" => configuration.Backup.SnapshotsConsumerGroups,
        "backup.sync_interval_secs" => configuration.SyncInterval,
        "backup.fetch_max_bytes" => configuration.Backup.FetchMaxBytes,
        "source.client" => configuration.Source.Client,
        "source.client_rack" => configuration.Source.ClientRack,
        "source.connection.tcp_keepalive" => configuration.Source.Connection.TcpKeepalive,
        "source.connection.tcp_nodelay" => configuration.Source.Connection.TcpNoDelay,
        "source.security.security_protocol" => configuration.Source.Security.Protocol,
        "offset_storage.backend" => configuration.IsIncremental,
        "offset_storage.db_path" => configuration.OffsetStorage?.DbPath,
        "offset_storage.sync_interval_secs" => configuration.SyncInterval,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "The key has no property."),
    };
}
