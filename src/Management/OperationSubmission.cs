namespace KafkaBackup.Management;

/// <summary>An operation to be carried out.</summary>
/// <param name="Operation">A name that no other has, of 1 to 64 letters, digits, <c>-</c> and <c>.</c>: asked for again, it is carried out once.</param>
/// <param name="Definition">The definition.</param>
public sealed record OperationSubmission(string Operation, string Definition);
