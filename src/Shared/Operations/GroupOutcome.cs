namespace KafkaBackup.Shared.Operations;

/// <summary>What came of one consumer group.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Partitions">In how many partitions it was set, or would be: those in which it stood there already are not among them.</param>
/// <param name="Problem">Why it is not set, in a sentence; null when it is.</param>
public sealed record GroupOutcome(string Group, int Partitions, string? Problem = null);
