using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Operations;

/// <summary>How an operation ended, as its object tells it.</summary>
/// <typeparam name="TStatus">What the object tells.</typeparam>
/// <param name="Status">With its phase, and what only this kind tells.</param>
/// <param name="Reason">In one word, for conditions and Events.</param>
/// <param name="Message">In a sentence.</param>
/// <param name="IsGood">Whether nobody has to look.</param>
internal sealed record OperationEnd<TStatus>(TStatus Status, string Reason, string Message, bool IsGood)
    where TStatus : OperationStatusBase;
