namespace KafkaBackup.Operator.Resources;

/// <summary>A KafkaOffsetRollback as the API server has it.</summary>
internal sealed record KafkaOffsetRollbackResource(ObjectMeta Metadata, KafkaOffsetRollbackSpec Spec) : IOperationResource<KafkaOffsetRollbackStatus>
{
    /// <summary>Keeps an object until what it asks for is over, or given up. OSO's operator has the same.</summary>
    public const string Finalizer = "kafka.oso.sh/offset-rollback-finalizer";

    public KafkaOffsetRollbackStatus? Status { get; init; }
}
