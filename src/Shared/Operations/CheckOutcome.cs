namespace KafkaBackup.Shared.Operations;

/// <summary>What a check found.</summary>
/// <param name="Check">What it is called: <c>MessageCountCheck</c>, <c>OffsetRangeCheck</c>, <c>ConsumerGroupOffsetCheck</c>, or as a webhook is.</param>
/// <param name="Verdict">How it stands.</param>
/// <param name="Message">What was found, in sentences.</param>
/// <param name="DurationMs">How long it took.</param>
public sealed record CheckOutcome(string Check, CheckVerdict Verdict, string Message, long DurationMs = 0);
