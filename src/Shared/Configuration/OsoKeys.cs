using System.Collections.Frozen;

namespace KafkaBackup.Shared.Configuration;

/// <summary>The keys that OSO kafka-backup reads and this version does not: no typing errors, but nothing to be dropped in silence either.</summary>
/// <remarks>A section stands for all that is in it. A key leaves this table in the change that makes the loader read it.</remarks>
internal static class OsoKeys
{
    /// <summary>The sentence for every such key.</summary>
    public const string NotSupported = "is a key of OSO kafka-backup that this version does not support yet; remove it";

    private static readonly FrozenSet<string> Paths = new[]
    {
        "target",
        "restore",
        "metrics",
        "logging",
        "source.security",
        "source.connection",
        "storage.bucket",
        "storage.region",
        "storage.endpoint",
        "storage.access_key",
        "storage.secret_key",
        "storage.prefix",
        "storage.path_style",
        "storage.allow_http",
        "storage.account_name",
        "storage.container_name",
        "storage.account_key",
        "storage.use_workload_identity",
        "storage.client_id",
        "storage.tenant_id",
        "storage.client_secret",
        "storage.sas_token",
        "storage.service_account_path",
        "backup.continuous",
        "backup.stop_at_current_offsets",
        "backup.include_internal_topics",
        "backup.internal_topics",
        "backup.checkpoint_interval_secs",
        "backup.sync_interval_secs",
        "backup.poll_interval_ms",
        "backup.consumer_group_snapshot",
        "backup.fetch_max_bytes",
        "offset_storage.s3_key",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether <paramref name="path"/> is one of them.</summary>
    public static bool Contains(string path) => Paths.Contains(path);
}
