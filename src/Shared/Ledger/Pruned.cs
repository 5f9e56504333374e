namespace KafkaBackup.Shared.Ledger;

/// <summary>Why a backup no longer holds records that it once held: they were deleted from it on purpose.</summary>
/// <param name="Reason">OSO's reason code: <c>manual</c> or <c>retention</c>.</param>
/// <param name="PrunedAt">When they were deleted, ms since 1970.</param>
/// <param name="CutoffTimestamp">Segments older than this were to be deleted, ms since 1970; 0 when it did not go by time.</param>
/// <param name="Segments">How many segments held them, as far as they count for this entry.</param>
/// <param name="Bytes">How many bytes their objects had.</param>
public sealed record Pruned(string Reason, long PrunedAt, long CutoffTimestamp, long Segments, long Bytes);
