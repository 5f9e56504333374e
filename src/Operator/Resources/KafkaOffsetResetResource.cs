namespace KafkaBackup.Operator.Resources;

/// <summary>A KafkaOffsetReset as the API server has it.</summary>
internal sealed record KafkaOffsetResetResource(ObjectMeta Metadata, KafkaOffsetResetSpec Spec) : IOperationResource<KafkaOffsetResetStatus>
{
    /// <summary>Keeps an object until what it asks for is over, or given up. OSO's operator has the same.</summary>
    public const string Finalizer = "kafka.oso.sh/offset-reset-finalizer";

    public KafkaOffsetResetStatus? Status { get; init; }
}
