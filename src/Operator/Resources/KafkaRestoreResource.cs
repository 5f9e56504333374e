namespace KafkaBackup.Operator.Resources;

/// <summary>A KafkaRestore as the API server has it.</summary>
internal sealed record KafkaRestoreResource(ObjectMeta Metadata, KafkaRestoreSpec Spec)
{
    /// <summary>Keeps an object until its restore has ended. OSO's operator has the same.</summary>
    public const string Finalizer = "kafka.oso.sh/restore-finalizer";

    public KafkaRestoreStatus? Status { get; init; }
}
