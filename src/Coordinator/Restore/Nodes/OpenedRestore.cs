namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>A restore that is about to be conducted.</summary>
/// <param name="Services">What it needs.</param>
/// <param name="Crew">Who works for it.</param>
/// <param name="Hurry">From now on nobody waits for a store that is away.</param>
/// <param name="End">Gives back what is held.</param>
public sealed record OpenedRestore(RestoreServices Services, RestoreCrew Crew, Action Hurry, Action End);
