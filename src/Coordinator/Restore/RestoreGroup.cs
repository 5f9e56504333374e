namespace KafkaBackup.Coordinator.Restore;

/// <summary>A consumer group whose offsets a restore sets.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Marks">Where it stood, in order of partition.</param>
public sealed record RestoreGroup(string Id, IReadOnlyList<GroupMark> Marks);
