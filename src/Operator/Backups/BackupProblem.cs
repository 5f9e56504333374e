namespace KafkaBackup.Operator.Backups;

/// <summary>Why a backup is not as its object asks.</summary>
/// <param name="Reason">In one word, for conditions.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="IsTemporary">Whether it may pass with nobody changing the object.</param>
internal sealed record BackupProblem(string Reason, string Message, bool IsTemporary);
