namespace KafkaBackup.Operator.Jobs;

/// <summary>How pods of Jobs are made.</summary>
/// <param name="Image">The program's image.</param>
public sealed record JobSettings(string Image)
{
    /// <summary>The service account of the pods, in the namespace of each object; null: that namespace's default. A role of the cloud is bound to it.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>Memory that each pod asks for and may take, as Kubernetes writes it; of three quarters of it a quarter is for segments. Default: 4Gi.</summary>
    public string Memory { get; init; } = "4Gi";
}
