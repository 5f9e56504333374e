using System.Collections.Frozen;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Keys of OSO kafka-backup that this version does not read: no typing errors, but nothing to be dropped in silence either.</summary>
/// <remarks>A section stands for all that is in it. Each has a sentence that says what to do; OSO's tool itself ignores some of them.</remarks>
internal static class OsoKeys
{
    private const string OtherBackend = "belongs to another backend than the one that is chosen; remove it";
    private const string Keepalive = "cannot be set in this client, which uses the system's times (sysctl net.ipv4.tcp_keepalive_time and _intvl); remove it";

    private static readonly FrozenDictionary<string, string> Sentences = new Dictionary<string, string>
    {
        ["target"] = "belongs to a restore, and this file is for a backup; remove it",
        ["restore"] = "belongs to a restore, and this file is for a backup; remove it",
        ["logging"] = "has no effect in OSO kafka-backup; here --verbose, --quiet and --log-format say what is logged; remove it",
        ["source.security.sasl_keytab_path"] = "belongs to Kerberos; here it is called sasl_kerberos_keytab, and goes with sasl_kerberos_principal",
        ["source.security.sasl_krb5_config_path"] = "belongs to Kerberos, whose libraries read it from the environment: set KRB5_CONFIG to this path, and remove the key",
        ["source.connection.keepalive_time_secs"] = Keepalive,
        ["source.connection.keepalive_interval_secs"] = Keepalive,
        ["source.connection.connections_per_broker"] = "has no meaning here: each partition that is read has a connection of its own, and backup.max_concurrent_partitions says how many are; remove it",
        ["storage.path"] = OtherBackend,
        ["storage.bucket"] = OtherBackend,
        ["storage.region"] = OtherBackend,
        ["storage.endpoint"] = OtherBackend,
        ["storage.access_key"] = OtherBackend,
        ["storage.secret_key"] = OtherBackend,
        ["storage.access_key_id"] = OtherBackend,
        ["storage.secret_access_key"] = OtherBackend,
        ["storage.path_style"] = OtherBackend,
        ["storage.allow_http"] = OtherBackend,
        ["storage.prefix"] = "has no effect with backend filesystem, in OSO kafka-backup neither; write it into storage.path",
        ["storage.account_name"] = OtherBackend,
        ["storage.container_name"] = OtherBackend,
        ["storage.account_key"] = OtherBackend,
        ["storage.use_workload_identity"] = OtherBackend,
        ["storage.client_id"] = OtherBackend,
        ["storage.tenant_id"] = OtherBackend,
        ["storage.client_secret"] = OtherBackend,
        ["storage.sas_token"] = OtherBackend,
        ["storage.access_key_file"] = OtherBackend,
        ["storage.secret_key_file"] = OtherBackend,
        ["storage.account_key_file"] = OtherBackend,
        ["storage.sas_token_file"] = OtherBackend,
        ["storage.client_id_file"] = OtherBackend,
        ["storage.tenant_id_file"] = OtherBackend,
        ["storage.client_secret_file"] = OtherBackend,
        ["storage.service_account_path"] = OtherBackend,
        ["storage.project_id"] = "has no effect in OSO kafka-backup; the name of a bucket is enough; remove it",
        ["backup.checkpoint_interval_secs"] = "has no effect in OSO kafka-backup; here positions are saved with each segment; remove it",
        ["backup.segment_max_age_secs"] = "does not exist in OSO kafka-backup either; it is called segment_max_interval_ms",
        ["metrics.update_interval_ms"] = "has no effect in OSO kafka-backup; here the numbers are those of the moment at which they are asked for; remove it",
        ["restore.produce_batch_size"] = "has no meaning here: batches are as large as the topic takes; remove it",
        ["restore.offset_report"] = "is part of the report, as its offset_mapping: give --report FILE; remove it",
        ["restore.checkpoint_state"] = "is not needed: how far a restore is stands beside the backup, in _cluster/restores, and any machine goes on with it; remove it",
        ["restore.checkpoint_interval_secs"] = "is not needed: how far a restore is is noted every 5 s, and a restore that goes on asks the target how much is there; remove it",
        ["offset_storage.s3_key"] = "has no effect in OSO kafka-backup; offsets.db always lies beside the manifest; remove it",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What to say about the key at <paramref name="path"/>, or null when it is none of them.</summary>
    public static string? Sentence(string path) => Sentences.GetValueOrDefault(path);
}
