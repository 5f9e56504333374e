using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>Names every message that may cross nodes or lie in a journal, and how it becomes bytes.</summary>
/// <remarks>A name is type and version. It is never renamed or reused: old nodes and old journals are read for ever.</remarks>
public static class WireFormat
{
    private static readonly Dictionary<string, JsonTypeInfo> ByName = new(StringComparer.Ordinal)
    {
        ["b.start.1"] = WireJson.Default.StartBackup,
        ["b.stop.1"] = WireJson.Default.StopBackup,
        ["b.get.1"] = WireJson.Default.GetBackupStatus,
        ["b.status.1"] = WireJson.Default.BackupStatus,
        ["b.finished.1"] = WireJson.Default.BackupFinished,
        ["c.declare.1"] = WireJson.Default.DeclareBackup,
        ["c.change.1"] = WireJson.Default.ChangeBackup,
        ["c.get.1"] = WireJson.Default.GetBackup,
        ["c.list.1"] = WireJson.Default.GetBackups,
        ["c.answer.1"] = WireJson.Default.CatalogueAnswer,
        ["c.listed.1"] = WireJson.Default.BackupList,
        ["p.assign.2"] = WireJson.Default.AssignPartition,
        ["p.cancel.2"] = WireJson.Default.CancelPartition,
        ["p.get.1"] = WireJson.Default.GetPartitionStatus,
        ["p.status.1"] = WireJson.Default.PartitionStatus,
        ["p.ended.2"] = WireJson.Default.PartitionEnded,
        ["p.committed.1"] = WireJson.Default.SegmentCommitted,
        ["p.uploaded.1"] = WireJson.Default.SegmentUploaded,
        ["p.dropped.1"] = WireJson.Default.SegmentDropped,
        ["p.snapshot.1"] = WireJson.Default.WorkerSnapshot,
        ["m.open.1"] = WireJson.Default.OpenLedger,
        ["m.opened.1"] = WireJson.Default.LedgerOpened,
        ["m.source.1"] = WireJson.Default.RecordSource,
        ["m.recorded.1"] = WireJson.Default.SourceRecorded,
        ["m.get.2"] = WireJson.Default.GetUncovered,
        ["m.uncovered.2"] = WireJson.Default.Uncovered,
        ["m.commit.2"] = WireJson.Default.CommitSegment,
        ["m.committed.2"] = WireJson.Default.Committed,
        ["m.rejected.2"] = WireJson.Default.Rejected,
        ["m.finish.1"] = WireJson.Default.FinishRun,
        ["m.finished.1"] = WireJson.Default.RunFinished,
        ["m.failed.1"] = WireJson.Default.LedgerFailed,
        ["m.taken.1"] = WireJson.Default.LedgerTaken,
        ["r.start.1"] = WireJson.Default.StartRestoreRun,
        ["r.get.1"] = WireJson.Default.GetRestoreRun,
        ["r.stop.1"] = WireJson.Default.StopRestoreRun,
        ["r.status.1"] = WireJson.Default.RestoreRunStatus,
        ["r.get-report.1"] = WireJson.Default.GetRestoreReport,
        ["r.report.1"] = WireJson.Default.RestoreReportPart,
        ["o.start.1"] = WireJson.Default.StartOperation,
        ["o.get.1"] = WireJson.Default.GetOperation,
        ["o.forget.1"] = WireJson.Default.ForgetOperation,
        ["o.status.1"] = WireJson.Default.OperationStatus,
        ["n.order.1"] = WireJson.Default.OrderRestore,
        ["n.ask.1"] = WireJson.Default.AskNode,
        ["n.news.1"] = WireJson.Default.NodeNews,
        ["n.stop.1"] = WireJson.Default.StopBatch,
        ["n.forget.1"] = WireJson.Default.ForgetBatch,
        ["n.cut.1"] = WireJson.Default.CutOffAttempt,
        ["n.cutoff.1"] = WireJson.Default.AttemptCutOff,
    };

    private static readonly Dictionary<Type, string> Names = ByName.ToDictionary(pair => pair.Value.Type, pair => pair.Key);

    /// <summary>The name of <see cref="StopPartition"/>, which has no content.</summary>
    private const string Stop = "p.stop.1";

    /// <summary>All message types, for a test that compares them with the assembly's.</summary>
    public static IReadOnlyCollection<Type> Types => [.. Names.Keys, typeof(StopPartition)];

    /// <summary>The name of a message's type.</summary>
    /// <exception cref="ArgumentException">The type is not in the table.</exception>
    public static string NameOf(object message) => message is StopPartition ? Stop
        : Names.TryGetValue(message.GetType(), out var name) ? name
        : throw new ArgumentException($"{message.GetType()} is not in the wire format's table.", nameof(message));

    /// <summary>A message as UTF-8 JSON.</summary>
    public static byte[] Write(object message) => message is StopPartition ? [] : JsonSerializer.SerializeToUtf8Bytes(message, ByName[NameOf(message)]);

    /// <summary>A message from its bytes.</summary>
    /// <exception cref="ArgumentException">The name is not in the table: the message comes from a newer program.</exception>
    public static object Read(ReadOnlySpan<byte> bytes, string name) => name == Stop ? StopPartition.Instance
        : ByName.TryGetValue(name, out var type)
            ? JsonSerializer.Deserialize(bytes, type) ?? throw new ArgumentException($"A message '{name}' is null.", nameof(bytes))
            : throw new ArgumentException($"No message is called '{name}'; it comes from a newer program.", nameof(name));
}
