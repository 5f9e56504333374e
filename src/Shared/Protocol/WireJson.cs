using System.Text.Json.Serialization;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.OperationProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>How the messages of <see cref="WireFormat"/> become JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StartBackup))]
[JsonSerializable(typeof(StopBackup))]
[JsonSerializable(typeof(GetBackupStatus))]
[JsonSerializable(typeof(BackupStatus))]
[JsonSerializable(typeof(BackupFinished))]
[JsonSerializable(typeof(DeclareBackup))]
[JsonSerializable(typeof(ChangeBackup))]
[JsonSerializable(typeof(GetBackup))]
[JsonSerializable(typeof(GetBackups))]
[JsonSerializable(typeof(CatalogueAnswer))]
[JsonSerializable(typeof(BackupList))]
[JsonSerializable(typeof(DeclaredBackup))]
[JsonSerializable(typeof(AssignPartition))]
[JsonSerializable(typeof(CancelPartition))]
[JsonSerializable(typeof(GetPartitionStatus))]
[JsonSerializable(typeof(PartitionStatus))]
[JsonSerializable(typeof(PartitionEnded))]
[JsonSerializable(typeof(SegmentCommitted))]
[JsonSerializable(typeof(SegmentUploaded))]
[JsonSerializable(typeof(SegmentDropped))]
[JsonSerializable(typeof(WorkerSnapshot))]
[JsonSerializable(typeof(OpenLedger))]
[JsonSerializable(typeof(LedgerOpened))]
[JsonSerializable(typeof(RecordSource))]
[JsonSerializable(typeof(SourceRecorded))]
[JsonSerializable(typeof(GetUncovered))]
[JsonSerializable(typeof(Uncovered))]
[JsonSerializable(typeof(CommitSegment))]
[JsonSerializable(typeof(Committed))]
[JsonSerializable(typeof(Rejected))]
[JsonSerializable(typeof(FinishRun))]
[JsonSerializable(typeof(RunFinished))]
[JsonSerializable(typeof(LedgerFailed))]
[JsonSerializable(typeof(LedgerTaken))]
[JsonSerializable(typeof(StartRestoreRun))]
[JsonSerializable(typeof(GetRestoreRun))]
[JsonSerializable(typeof(StopRestoreRun))]
[JsonSerializable(typeof(RestoreRunStatus))]
[JsonSerializable(typeof(GetRestoreReport))]
[JsonSerializable(typeof(RestoreReportPart))]
[JsonSerializable(typeof(StartOperation))]
[JsonSerializable(typeof(GetOperation))]
[JsonSerializable(typeof(ForgetOperation))]
[JsonSerializable(typeof(OperationStatus))]
[JsonSerializable(typeof(OrderRestore))]
[JsonSerializable(typeof(AskNode))]
[JsonSerializable(typeof(NodeNews))]
[JsonSerializable(typeof(StopBatch))]
[JsonSerializable(typeof(ForgetBatch))]
[JsonSerializable(typeof(CutOffAttempt))]
[JsonSerializable(typeof(AttemptCutOff))]
public sealed partial class WireJson : JsonSerializerContext;
