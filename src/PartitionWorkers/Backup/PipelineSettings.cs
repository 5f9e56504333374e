using KafkaBackup.Shared.Segments;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>How a pipeline cuts segments and how much it keeps in hand.</summary>
public sealed record PipelineSettings
{
    /// <summary>How segments are cut and compressed.</summary>
    public SegmentSettings Segments { get; init; } = new();

    /// <summary>Whether the next segment is filled while the last one is uploaded. Default: true.</summary>
    public bool OverlapsUpload { get; init; } = true;

    /// <summary>How many bytes a segment at hand may have, before compression, before the pipeline gives up with an <see cref="OutgrownException"/>. Default: no limit.</summary>
    public long MostBytes { get; init; } = long.MaxValue;

    /// <summary>How many stored entries may wait to be committed before the pipeline pauses. Default: 2.</summary>
    public int MaxUncommitted { get; init; } = 2;
}
