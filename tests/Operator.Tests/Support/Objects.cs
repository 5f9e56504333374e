using System.Text.Json.Nodes;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>KafkaBackups as an API server has them.</summary>
internal static class Objects
{
    public const string Folder = "/run/secrets-of-tests";

    /// <summary>One that can be backed up, with further fields of its spec.</summary>
    public static KafkaBackupResource Backup(string spec = "{}", string name = "orders") => ResourceJson.ReadBackup(Json(spec, name));

    public static JsonObject Json(string spec = "{}", string name = "orders", string space = "shop") => Json(
        "KafkaBackup",
        """
        { "kafkaCluster": { "bootstrapServers": ["kafka:9092"] }, "topics": ["orders"], "storage": { "storageType": "pvc", "pvc": { "claimName": "backups" } } }
        """,
        spec, name, space);

    /// <summary>A restore of the KafkaBackup orders, with further fields of its spec.</summary>
    public static KafkaRestoreResource Restore(string spec = "{}") => ResourceJson.ReadRestore(RestoreJson(spec));

    public static JsonObject RestoreJson(string spec = "{}", string name = "back", string space = "shop") =>
        Json("KafkaRestore", """{ "backupRef": { "name": "orders" }, "kafkaCluster": { "bootstrapServers": ["kafka:9092"] } }""", spec, name, space);

    /// <summary>A definition as a node reads it.</summary>
    public static BackupConfiguration Read(BackupDefinition definition) =>
        ConfigurationLoader.Parse(definition.Text, "definition", name => name == SecretPath.Variable ? Folder : null);

    /// <summary>A definition as a node reads it.</summary>
    public static RestoreConfiguration Read(RestoreDefinition definition) =>
        ConfigurationLoader.ParseRestore(definition.Text, "definition", name => name == SecretPath.Variable ? Folder : null);

    private static JsonObject Json(string kind, string least, string spec, string name, string space)
    {
        var whole = JsonNode.Parse(least)!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(spec)!.AsObject())
        {
            whole[key] = value?.DeepClone();
        }

        return new JsonObject
        {
            ["apiVersion"] = "kafka.oso.sh/v1alpha1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space, ["uid"] = $"uid-of-{name}", ["generation"] = 1 },
            ["spec"] = whole,
        };
    }
}
