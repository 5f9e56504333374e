using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.OperationProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Shared.Tests.Protocol;

/// <summary>Every message by its name, none of its members at its default.</summary>
internal static class WireExamples
{
    private static readonly BackupId Backup = new("näch\"tlich");
    private static readonly RunId Run = new("run-1");
    private static readonly AssignmentId Order = new(Run, 5);
    private static readonly PartitionId Partition = new("orders", 3);
    private static readonly PartitionKey Key = new(Backup, Partition);
    private static readonly OffsetRange Range = new(10, 9_007_199_254_740_993);
    private static readonly Fault Failure = new(FailureKind.Storage, "The disk is full.", IsRetryable: true);

    private static readonly LedgerEntry Stored = new()
    {
        Partition = Partition,
        Range = Range,
        LeaderEpoch = 6,
        Segment = new SegmentInfo
        {
            Key = "nightly/topics/orders/partition=3/segment-00000000000000000010-4-abc.bin.zst",
            StartOffset = 10,
            EndOffset = 19,
            MinTimestamp = 1_700_000_000_000,
            MaxTimestamp = 1_700_000_000_009,
            RecordCount = 10,
            UncompressedSize = 1000,
            CompressedSize = 500,
        },
    };

    private static readonly LedgerEntry Gone = new() { Partition = Partition, Range = Range, Gap = new Gap(Gap.OffsetOutOfRange, 1_700_000_000_000) };

    private static readonly DeclaredBackup Declared = new(Backup, "mode: backup", IsContinuous: true)
    {
        Schedule = "0 3 * * *",
        TimeZone = "Europe/Berlin",
        NextAt = DateTimeOffset.UnixEpoch,
        IsPaused = true,
        IsRemoved = true,
        IsStopping = true,
        FailedRuns = 2,
        Revision = "1",
        Current = new DeclaredRun("run-2", DateTimeOffset.UnixEpoch),
        Runs = [new DeclaredRun("run-1", DateTimeOffset.UnixEpoch) { EndedAt = DateTimeOffset.UnixEpoch, Records = 1, Topics = 2, Gaps = 3, Failures = [Failure] }],
    };

    private static readonly NodePosition Position = new(Partition, 5, 9) { Differences = ["It differs."], Marked = "AQ==", Span = new RestoredSpan(1, 2, 3, 4) };

    private static readonly NodeOrder Node = new(Partition, Partition)
    {
        Extent = new RestoreExtent(19, new Dictionary<int, long> { [3] = 19 }, "0f"),
        Limits = new TargetLimits(1_000) { Codec = RecordCodec.Lz4 },
        Base = 1,
        There = 5,
        IsComparison = true,
        Marks = "AQ==",
        Noted = Position,
    };

    /// <summary>Names are never changed, reused or taken away: journals and nodes of other versions know messages by them.</summary>
    public static IReadOnlyList<(string Name, object Message)> All { get; } =
    [
        ("b.start.1", new StartBackup(Backup, Run) { Definition = "mode: backup" }),
        ("b.stop.1", new StopBackup(Backup) { Run = Run }),
        ("b.get.1", new GetBackupStatus(Backup)),
        ("b.status.1", new BackupStatus(Backup, "Running", 7, 3) { Records = 10, Bytes = 1000 }),
        ("b.finished.1", new BackupFinished(Backup, Run)
        {
            Records = 1, Topics = 2, Gaps = 3, WasStopped = true, Failures = [Failure, Failure with { Kind = FailureKind.Source }], FailedPartitions = 4,
        }),
        ("c.declare.1", new DeclareBackup(Backup, "mode: backup", IsContinuous: false) { Schedule = "0 3 * * *", TimeZone = "Europe/Berlin" }),
        ("c.change.1", new ChangeBackup(Backup, CatalogueOrder.Pause)),
        ("c.get.1", new GetBackup(Backup)),
        ("c.list.1", new GetBackups("nightly")),
        ("c.answer.1", new CatalogueAnswer(Failure, Declared)),
        ("c.listed.1", new BackupList([Declared], HasMore: true)),
        ("p.assign.2", new AssignPartition(Key, Order, [new OffsetRange(0, 5), Range], "id-1") { Definition = "mode: backup" }),
        ("p.cancel.2", new CancelPartition(Key, Order, Abandon: true)),
        ("p.stop.1", StopPartition.Instance),
        ("p.get.1", new GetPartitionStatus(Key)),
        ("p.status.1", new PartitionStatus(Key, "Running", 12)),
        ("p.ended.2", new PartitionEnded(Key, Order, Failure, 12)),
        ("p.committed.1", new SegmentCommitted(Range, 10, 500)),
        ("p.uploaded.1", new SegmentUploaded(Stored, "id-1")),
        ("p.dropped.1", new SegmentDropped(Range)),
        ("p.snapshot.1", new WorkerSnapshot(12, 10, 500)),
        ("m.open.1", new OpenLedger(Backup, Run) { Definition = "mode: backup" }),
        ("m.opened.1", new LedgerOpened(Backup, Run)),
        ("m.source.1", new RecordSource(Backup, Run, "cluster-1", [new TopicFacts("orders", 4, "id-1")
        {
            ReplicationFactor = 3,
            Configurations = new Dictionary<string, string> { ["cleanup.policy"] = "compact" },
        }, new TopicFacts("users", 2) { EmptyFrom = new Dictionary<int, long> { [1] = 7 } }])),
        ("m.recorded.1", new SourceRecorded(Backup, Run) { Number = 3 }),
        ("m.get.2", new GetUncovered(Backup, Partition, Order, [Range])),
        ("m.uncovered.2", new Uncovered(Backup, Partition, Order, [Range], 4, 7)),
        ("m.commit.2", new CommitSegment(Backup, Order, 4, Stored, "id-1")),
        ("m.committed.2", new Committed(Backup, Partition, Order, Range, 4) { WasThere = true }),
        ("m.rejected.2", new Rejected(Backup, Partition, Order, Range, 4) { Final = Failure }),
        ("m.finish.1", new FinishRun(Backup, Run, IsClean: true) { WasStopped = true }),
        ("m.finished.1", new RunFinished(Backup, Run, 10, 1, "s3://bucket/nightly/offsets.db")),
        ("m.failed.1", new LedgerFailed(Backup, Run, Failure) { IsUnfit = true }),
        ("m.taken.1", new LedgerTaken(Backup)),
        ("r.start.1", new StartRestoreRun("0f", "run-1", "mode: restore") { IsDryRun = true, ComparesAll = true }),
        ("r.get.1", new GetRestoreRun("0f", 7)),
        ("r.stop.1", new StopRestoreRun("0f")),
        ("r.status.1", new RestoreRunStatus("0f", "run-1")
        {
            Phase = "Restoring", PartitionsPlanned = 4, PartitionsDone = 2, RecordsPlanned = 100, Records = 50, Bytes = 5_000, Lines = [new RestoreLine("Warning", "It waits.")], LastLine = 8,
            Verdict = new RestoreVerdict(WasStopped: true, IsExact: true, 1, 2, Failure),
        }),
        ("r.get-report.1", new GetRestoreReport("0f", 7)),
        ("r.report.1", new RestoreReportPart("0f", "{}", 9)),
        ("o.start.1", new StartOperation("op-1", "mode: deletion")),
        ("o.get.1", new GetOperation("op-1")),
        ("o.forget.1", new ForgetOperation("op-1") { LeavesMark = true }),
        ("o.status.1", new OperationStatus("op-1", OperationState.Ended)
        {
            Failure = Failure,
            Groups = new GroupsReport(3, 2, 1) { SnapshotId = "reset-1", SnapshotPath = "/kept", Groups = [new GroupOutcome("billing", 4, "It has members.")], Matched = 1, Mismatched = ["mailer"], Unread = "The broker is away." },
            Checks = new ChecksReport([new CheckOutcome("OffsetRangeCheck", CheckVerdict.Failed, "It is short.", 7)]) { EvidencePath = "evidence-reports/a.json" },
            Deletion = new DeletionReport(3, 1, "It is locked."),
        }),
        ("n.order.1", new OrderRestore("attempt-1", "batch-1", 2, "mode: restore", [Node]) { Extent = new RestoreExtent(-1, null, ""), IsDryRun = true, Rate = new RateShare(1.5, 2.5) }),
        ("n.ask.1", new AskNode("attempt-1", "batch-1", new RateShare(1.5, 2.5)) { Number = 3, Heard = 2 }),
        ("n.news.1", new NodeNews("attempt-1", "batch-1", IsKnown: true)
        {
            Number = 3, Refusal = Failure, Positions = [Position], Records = 10, Bytes = 1_000,
            Ended = [new NodeRestored(Partition) { Records = 9, Bytes = 900, Markers = 1, FirstMarker = 3, Marked = "AQ==", Span = new RestoredSpan(1, 2, 3, 4), Differences = ["It differs."], WasStopped = true, Failure = Failure }],
        }),
        ("n.stop.1", new StopBatch("attempt-1", "batch-1")),
        ("n.forget.1", new ForgetBatch("attempt-1", "batch-1")),
        ("n.cut.1", new CutOffAttempt("attempt-1")),
        ("n.cutoff.1", new AttemptCutOff("attempt-1")),
    ];

    /// <summary>The same types with everything absent that may be.</summary>
    public static IReadOnlyList<object> Sparse { get; } =
    [
        new StartBackup(Backup, Run),
        new StopBackup(Backup),
        new OpenLedger(Backup, Run),
        new DeclareBackup(Backup, "", IsContinuous: true),
        new GetBackups(null),
        new CatalogueAnswer(null, null),
        new CatalogueAnswer(null, new DeclaredBackup(Backup, "", IsContinuous: true)),
        new BackupFinished(Backup, Run),
        new AssignPartition(Key, Order, [], null),
        new PartitionStatus(Key, "Unassigned", null),
        new PartitionEnded(Key, Order, null, null),
        new WorkerSnapshot(null, 0, 0),
        new RecordSource(Backup, Run, "cluster-1", []),
        new Uncovered(Backup, Partition, Order, [], 0),
        new CommitSegment(Backup, Order, 0, Gone, null),
        new CommitSegment(Backup, Order, 0, Gone with { Gap = null }, null),
        new RunFinished(Backup, Run, 0, 0, null),
        new SegmentUploaded(Stored with { LeaderEpoch = null }, null),
        new Rejected(Backup, Partition, Order, Range, 4),
        new RestoreRunStatus("0f", null),
        new OrderRestore("attempt-1", "batch-1", 1, "", [new NodeOrder(Partition, Partition) { Limits = TargetLimits.Default }]) { Rate = new RateShare(null, null) },
        new NodeNews("attempt-1", "batch-1", IsKnown: false),
    ];
}
