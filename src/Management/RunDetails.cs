using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Management;

/// <summary>One run as the API shows it.</summary>
/// <param name="Outcome">In one word, see <see cref="DeclaredRun.Outcome"/>.</param>
/// <param name="Run">The run.</param>
/// <param name="Status">How far it is; null when it is over, or when nobody answered in time.</param>
public sealed record RunDetails(string Outcome, DeclaredRun Run, BackupStatus? Status);
