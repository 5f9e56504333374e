using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Management;

/// <summary>A declared backup as the API shows it.</summary>
/// <param name="State">In one word, see <see cref="DeclaredBackup.State"/>.</param>
/// <param name="Backup">What is declared of it.</param>
/// <param name="Status">How far its run is; null when nobody answered in time, or when only a list was asked for.</param>
public sealed record BackupDetails(string State, DeclaredBackup Backup, BackupStatus? Status);
