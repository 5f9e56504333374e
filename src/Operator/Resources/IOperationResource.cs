namespace KafkaBackup.Operator.Resources;

/// <summary>An object that the cluster carries out as an operation.</summary>
/// <typeparam name="TStatus">What it tells.</typeparam>
internal interface IOperationResource<out TStatus>
    where TStatus : OperationStatusBase
{
    ObjectMeta Metadata { get; }

    TStatus? Status { get; }
}
