namespace KafkaBackup.Operator.Resources;

/// <summary>A KafkaBackupValidation as the API server has it.</summary>
internal sealed record KafkaBackupValidationResource(ObjectMeta Metadata, KafkaBackupValidationSpec Spec) : IOperationResource<KafkaBackupValidationStatus>
{
    /// <summary>Keeps an object until the cluster has forgotten what came of it. OSO's operator has the same.</summary>
    public const string Finalizer = "kafka.oso.sh/validation-finalizer";

    public KafkaBackupValidationStatus? Status { get; init; }
}
