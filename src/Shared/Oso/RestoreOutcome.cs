using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>How a restore ended.</summary>
public enum RestoreOutcome
{
    /// <summary>All that is wanted was counted at the target, as it was.</summary>
    [JsonStringEnumMemberName("whole")]
    Whole,

    /// <summary>All that the backup holds is there, and named differences.</summary>
    [JsonStringEnumMemberName("different")]
    Different,

    /// <summary>Something is missing, or was not set.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It was stopped before it was through.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,
}
