using System.Buffers;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>A backup of the offsets 10, 12 and 15 of a partition, and a cluster into which it was restored behind 100 records of others.</summary>
internal sealed class RestoredOrders
{
    public const int Base = 100;
    public static readonly BackupId Backup = new("nightly");
    public static readonly PartitionId Source = new("orders", 0);
    public static readonly PartitionId Target = new("restored", 0);

    private ManifestSegment _segment = null!;

    public MemoryObjectStore Store { get; } = new();

    public FakeCluster Cluster { get; } = new FakeCluster().WithTopic("restored", partitions: 1);

    /// <summary>Stores the backup, and fills the cluster. No restore is written down yet.</summary>
    public async Task InitializeAsync()
    {
        var records = new TestRecords().Add("a", "1", offset: 10).Add("b", "2", offset: 12).Add("c", "3", offset: 15);
        _segment = await StoredSegment.StoreAsync(Store, "nightly/topics/orders/partition=0/segment-00000000000000000010-1-5f71a4fadd0b.bin", records);
        var manifest = new BackupManifest
        {
            BackupId = Backup.Value,
            CreatedAt = 0,
            Topics = [new ManifestTopic { Name = Source.Topic, OriginalPartitionCount = 1, Partitions = [new ManifestPartition { PartitionId = 0, Segments = [_segment] }] }],
        };
        await PutAsync(BackupKeys.Manifest(Backup), ManifestJson.Write(manifest));
        await PutAsync(BackupKeys.ConsumerGroups(Backup), new GroupSnapshot
        {
            Groups = [.. new[] { 9, 10, 11, 13, 15, 16 }.Select(offset => new GroupSnapshot.SnapshotGroup { GroupId = $"at-{offset}", Offsets = new() { ["orders"] = new() { ["0"] = offset } }, Commits = offset != 13 ? null : new() { ["orders"] = new() { ["0"] = new() { Metadata = "by a" } } } })],
        }.ToJson());
        Cluster.Log(Target).Append(Base + 3);
    }

    public static RestoreReport.ReportedTopic Topic(long records, bool mayLackRecords = false) =>
        new("orders", "restored", [new RestoreReport.ReportedPartition(0, 0) { Records = records, TargetFirstOffset = Base, MayLackRecords = mayLackRecords }], records, 0);

    /// <summary>Writes down that a restore has been there.</summary>
    public async Task RestoredAsync(string restore, Func<RestoreReport, RestoreReport>? amend = null, bool isWhole = true, RecordRules? rules = null)
    {
        var extent = RestoreExtent.Of(new RestorePartition(Source, Target, [_segment]));
        var document = new RestoreDocument
        {
            StartedAt = DateTimeOffset.UnixEpoch,
            Topics = new Dictionary<string, RestoreDocument.DocumentedTopic>
            {
                ["restored"] = new()
                {
                    Id = (await Cluster.Catalog.GetTopicIdsAsync(["restored"], CancellationToken.None))["restored"],
                    IsBegun = true,
                    IsWhole = isWhole,
                    Partitions = new Dictionary<int, RestoreDocument.DocumentedPartition> { [0] = new() { Until = extent.Until, Segments = extent.Segments, Base = Base, Rules = rules } },
                },
            },
        };
        var report = new RestoreReport
        {
            BackupId = Backup.Value,
            RestoreId = restore,
            Outcome = RestoreOutcome.Whole,
            StartTime = 0,
            EndTime = 0,
            DurationMs = 0,
            TopicsRestored = [Topic(records: 3)],
            SegmentsProcessed = 1,
            RecordsRestored = 3,
            BytesRestored = 0,
            ThroughputRecordsPerSec = 0,
            ThroughputBytesPerSec = 0,
            Errors = [],
            Warnings = [],
            Selection = new RestoreReport.ReportedSelection(null, null),
            ResolvedConsumerGroups = [],
            OffsetMapping = new OffsetMapping { Entries = new Dictionary<string, OffsetMapping.Entry>(), ConsumerGroups = new Dictionary<string, OffsetMapping.Group>(), TargetClusterId = "cluster-1", CreatedAt = 0 },
        };
        await PutAsync(BackupKeys.Restore(Backup, restore), document.ToJson());
        await PutAsync(BackupKeys.RestoreReport(Backup, restore), (amend?.Invoke(report) ?? report).ToJson());
    }

    private Task PutAsync(string key, byte[] content) => Store.PutAsync(key, new ReadOnlySequence<byte>(content), PutCondition.Overwrite, CancellationToken.None);
}
