using System.Text.Encodings.Web;
using System.Text.Json;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>A validation as it is kept, with the names of OSO's evidence reports.</summary>
internal sealed record EvidenceReport(string SchemaVersion, string ReportId, DateTimeOffset GeneratedAt, EvidenceReport.Subject Backup, EvidenceReport.Cluster Restore, EvidenceReport.Summary Validation, string? TriggeredBy)
{
    /// <summary>The backup.</summary>
    public sealed record Subject(string Id, long? PitrTimestamp);

    /// <summary>The cluster that was looked at.</summary>
    public sealed record Cluster(IReadOnlyList<string> TargetBootstrapServers);

    /// <summary>What came of it.</summary>
    public sealed record Summary(string OverallResult, int ChecksTotal, int ChecksPassed, int ChecksFailed, int ChecksWarned, int ChecksSkipped, IReadOnlyList<CheckOutcome> Results);

    /// <summary>The report on a validation.</summary>
    public static EvidenceReport Of(string id, DateTimeOffset now, ValidationConfiguration validation, ChecksReport report)
    {
        int Count(CheckVerdict verdict) => report.Checks.Count(check => check.Verdict == verdict);
        return new EvidenceReport(
            "1.0", id, now, new Subject(validation.BackupId!.Value.Value, validation.PitrTimestamp), new Cluster(validation.Target?.BootstrapServers ?? []),
            new Summary(report.Verdict.ToString().ToUpperInvariant(), report.Checks.Count, Count(CheckVerdict.Passed), Count(CheckVerdict.Failed), Count(CheckVerdict.Warning), Count(CheckVerdict.Skipped), report.Checks),
            validation.TriggeredBy);
    }

    /// <summary>The object's content.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Readable.GetTypeInfo(typeof(EvidenceReport))), (byte)'\n'];

    // The default encoder writes quotes in sentences as \u escapes.
    private static readonly JsonSerializerOptions Readable = new(OperationJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
}
