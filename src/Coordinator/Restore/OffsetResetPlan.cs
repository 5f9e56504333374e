using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Where consumer groups belong at the target of a restore.</summary>
/// <param name="Report">The restore.</param>
/// <param name="Groups">The groups in order of their ids: where each stands, and where it belongs.</param>
public sealed record OffsetResetPlan(RestoreReport Report, IReadOnlyList<GroupComparison> Groups);
