namespace KafkaBackup.Shared.Operations;

/// <summary>A definition of <c>mode: deletion</c>: all that a backup has stored is deleted.</summary>
public sealed record DeletionConfiguration : OperationConfiguration;
