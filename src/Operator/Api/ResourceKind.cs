namespace KafkaBackup.Operator.Api;

/// <summary>A kind of objects of the API.</summary>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Version">The version, as <c>v1</c>.</param>
/// <param name="Plural">The word in paths.</param>
/// <param name="Kind">The word in objects.</param>
public sealed record ResourceKind(string Group, string Version, string Plural, string Kind)
{
    /// <summary>The group of our custom resources, which is OSO's.</summary>
    public const string OurGroup = "kafka.oso.sh";

    /// <summary>A backup.</summary>
    public static ResourceKind KafkaBackup { get; } = new(OurGroup, "v1alpha1", "kafkabackups", "KafkaBackup");

    /// <summary>A restore.</summary>
    public static ResourceKind KafkaRestore { get; } = new(OurGroup, "v1alpha1", "kafkarestores", "KafkaRestore");

    /// <summary>An offset reset.</summary>
    public static ResourceKind KafkaOffsetReset { get; } = new(OurGroup, "v1alpha1", "kafkaoffsetresets", "KafkaOffsetReset");

    /// <summary>An offset rollback.</summary>
    public static ResourceKind KafkaOffsetRollback { get; } = new(OurGroup, "v1alpha1", "kafkaoffsetrollbacks", "KafkaOffsetRollback");

    /// <summary>A validation.</summary>
    public static ResourceKind KafkaBackupValidation { get; } = new(OurGroup, "v1alpha1", "kafkabackupvalidations", "KafkaBackupValidation");

    /// <summary>A run of a backup, now.</summary>
    public static ResourceKind KafkaBackupRun { get; } = new(OurGroup, "v1alpha1", "kafkabackupruns", "KafkaBackupRun");

    /// <summary>A secret.</summary>
    public static ResourceKind Secret { get; } = new("", "v1", "secrets", "Secret");

    /// <summary>What an object of this kind says in <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    private string Root => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    /// <summary>The path of all objects.</summary>
    /// <param name="space">Of this namespace; null: of all.</param>
    public string ListPath(string? space) => space is null ? $"{Root}/{Plural}" : $"{Root}/namespaces/{Uri.EscapeDataString(space)}/{Plural}";

    /// <summary>The path of one object.</summary>
    public string PathOf(ObjectKey key) => $"{ListPath(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
}
