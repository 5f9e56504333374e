namespace KafkaBackup.Shared.Operations;

/// <summary>Where consumer groups are set to.</summary>
public enum ResetStrategy
{
    /// <summary>The first record that the log holds.</summary>
    ToEarliest,

    /// <summary>The end of the log.</summary>
    ToLatest,

    /// <summary>The first record of a time, or of a later one; the end where there is none.</summary>
    ToTimestamp,

    /// <summary>One offset; the nearest that the log has where it lies outside.</summary>
    ToOffset,

    /// <summary>Where each belongs in what a restore has brought.</summary>
    FromMapping,
}
