namespace KafkaBackup.Shared.Protocol;

/// <summary>What <c>restore.record_filters</c> have done to the records that an attempt has read.</summary>
/// <param name="Dropped">How many were left out.</param>
/// <param name="Tombstones">How many have lost their value and headers.</param>
public readonly record struct FilteredRecords(long Dropped, long Tombstones);
