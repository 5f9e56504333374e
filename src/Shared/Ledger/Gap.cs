namespace KafkaBackup.Shared.Ledger;

/// <summary>Why a range of offsets is proven gone at the source.</summary>
/// <param name="Reason">OSO's reason code; <see cref="OffsetOutOfRange"/> is the only one.</param>
/// <param name="DetectedAt">When it was seen, ms since 1970.</param>
public sealed record Gap(string Reason, long DetectedAt)
{
    /// <summary>The log start offset had moved past the range before it was read.</summary>
    public const string OffsetOutOfRange = "offset_out_of_range";
}
