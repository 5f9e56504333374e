using System.Globalization;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>Has the cluster carry out KafkaBackupValidations: once and after each change of the object, or by their schedules.</summary>
internal sealed class ValidationReconciler(KubernetesApi api, IOperationCluster cluster, EventRecorder events, TimeProvider clock)
    : OperationReconciler<KafkaBackupValidationResource, KafkaBackupValidationStatus>(api, cluster, events, clock, ResourceKind.KafkaBackupValidation, KafkaBackupValidationResource.Finalizer)
{
    private const string Ticks = "yyyyMMdd'T'HHmmss'Z'";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    protected override bool MayRepeat => true;

    /// <inheritdoc />
    /// <remarks>Of ticks that nobody looked at the first is made up for, and stands for all.</remarks>
    protected override string? OccasionOf(KafkaBackupValidationResource resource, out TimeSpan? pause)
    {
        pause = null;
        var (spec, status) = (resource.Spec, resource.Status);
        if (status is { IsOver: false, Operation: not null, LastRun: { } under })
        {
            return under; // It comes to its end first.
        }

        if (spec.Suspend)
        {
            return null;
        }

        if (spec.Schedule is null)
        {
            var generation = $"g{resource.Metadata.Generation.ToString(CultureInfo.InvariantCulture)}";
            return status?.LastRun == generation && status.IsOver ? null : generation;
        }

        var next = NextOf(resource);
        if (next <= Now)
        {
            return next.Value.ToString(Ticks, CultureInfo.InvariantCulture);
        }

        pause = next is { } due ? TimeSpan.FromTicks(Math.Min((due - Now).Ticks, LongestPause.Ticks)) : null;
        return null;
    }

    /// <inheritdoc />
    protected override async Task<string> DefineAsync(KafkaBackupValidationResource resource, CancellationToken cancellation) => ValidationDefinition.Of(
        resource, await NamedObjects.BackupAsync(Api, new ObjectKey(resource.Metadata.Namespace, resource.Spec.BackupRef.Name), cancellation));

    /// <inheritdoc />
    protected override KafkaBackupValidationStatus Begun(KafkaBackupValidationStatus status, string occasion) => status with { LastRun = occasion };

    /// <inheritdoc />
    protected override KafkaBackupValidationStatus Resting(KafkaBackupValidationResource resource) => (resource.Status ?? new KafkaBackupValidationStatus()) with
    {
        Message = resource.Status is { IsOver: true } ended ? ended.Message : resource.Spec.Suspend ? "It is suspended." : "It waits for its schedule.",
        NextScheduledValidation = resource.Spec is { Suspend: false, Schedule: not null } ? NextOf(resource) : null,
    };

    /// <inheritdoc />
    protected override OperationEnd<KafkaBackupValidationStatus> End(KafkaBackupValidationResource resource, KafkaBackupValidationStatus status, OperationStatus ended)
    {
        var report = ended.Checks ?? throw new InvalidOperationException("A validation ended without telling of checks.");
        int Count(CheckVerdict verdict) => report.Checks.Count(check => check.Verdict == verdict);
        var isGood = report.Verdict != CheckVerdict.Failed;
        var worst = report.Checks.FirstOrDefault(check => check.Verdict == report.Verdict);
        var message = report.Verdict is CheckVerdict.Passed or CheckVerdict.Skipped || worst is null
            ? $"{Count(CheckVerdict.Passed)} of {report.Checks.Count} checks passed{(Count(CheckVerdict.Skipped) is > 0 and var skipped ? $", {skipped} had nothing to check" : "")}."
            : $"{worst.Check}: {worst.Message}";
        return new OperationEnd<KafkaBackupValidationStatus>(status with
        {
            Phase = "Completed",
            ValidationResult = report.Verdict switch
            {
                CheckVerdict.Failed => "Fail",
                CheckVerdict.Warning => "Warn",
                CheckVerdict.Passed => "Pass",
                _ => "Skip",
            },
            ChecksTotal = report.Checks.Count,
            ChecksCompleted = report.Checks.Count - Count(CheckVerdict.Skipped),
            ChecksPassed = Count(CheckVerdict.Passed),
            ChecksFailed = Count(CheckVerdict.Failed),
            ChecksWarned = Count(CheckVerdict.Warning),
            CheckResults = [.. report.Checks.Select(check => new CheckResult(check.Check, check.Verdict.ToString()) { Message = check.Message, DurationMs = check.DurationMs })],
            EvidenceReportPath = report.EvidencePath ?? status.EvidenceReportPath,
            EvidenceReportSigned = report.EvidencePath is null ? status.EvidenceReportSigned : false,
            LastValidationTime = Now,
        }, isGood ? "ValidationCompleted" : "ValidationFailed", message, isGood);
    }

    private static DateTimeOffset? NextOf(KafkaBackupValidationResource resource)
    {
        try
        {
            var status = resource.Status;
            var last = DateTimeOffset.TryParseExact(status?.LastRun, Ticks, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var tick) ? tick : default;
            return CronSchedule.Next(
                CronDialect.Read(resource.Spec.Schedule!), resource.Spec.TimeZone,
                ((DateTimeOffset[])[resource.Metadata.CreationTimestamp, last, status?.LastValidationTime ?? default]).Max());
        }
        catch (BackupException e)
        {
            throw new SpecException(e.Message);
        }
    }
}
