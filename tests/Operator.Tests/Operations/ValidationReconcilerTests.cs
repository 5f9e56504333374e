using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared.Operations;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests.Operations;

/// <summary>Validations at a real API server, step by step.</summary>
public sealed class ValidationReconcilerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FakeOperations _cluster = new();
    private ApiServer? _server;
    private OperationObjects _validations = null!;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
            await _server.ApplyAsync();
            _validations = new OperationObjects(_server, ResourceKind.KafkaBackupValidation,
                """{ "backupRef": { "name": "orders" }, "kafkaCluster": { "bootstrapServers": ["kafka:9092"] }, "checks": { "messageCount": {} } }""");
        }
    }

    [SkippableFact]
    public async Task Its_definition_says_what_the_spec_says()
    {
        await ApplyAsync("""
            { "checks": { "messageCount": { "failThreshold": 5, "topics": ["orders"] }, "offsetRange": { "enabled": false }, "consumerGroupOffsets": { "consumerGroups": ["billing"] },
              "customWebhooks": [{ "name": "sums", "url": "https://checks.example.org/", "timeoutSecs": 9, "expectedStatusCode": 204 }] }, "evidence": {} }
            """);
        await StepAsync();

        Assert.EndsWith(
            "checks:\n  message_count:\n    enabled: true\n    fail_threshold: 5\n    topics:\n      - \"orders\"\n  consumer_group_offsets:\n    enabled: true\n    groups:\n      - \"billing\"\n"
            + "  custom_webhooks:\n    -\n      name: \"sums\"\n      url: \"https://checks.example.org/\"\n      timeout_seconds: 9\n      expected_status_code: 204\n"
            + $"triggered_by: \"KafkaBackupValidation {Server.Space}/one\"\nevidence:\n  formats:\n    - \"json\"\n", Assert.Single(_cluster.Definitions), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(CheckVerdict.Passed, "Pass", "True", "ValidationCompleted", "2 of 2 checks passed.")]
    [InlineData(CheckVerdict.Warning, "Warn", "True", "ValidationCompleted", "MessageCountCheck: There are more.")]
    [InlineData(CheckVerdict.Failed, "Fail", "False", "ValidationFailed", "MessageCountCheck: There are more.")]
    [InlineData(CheckVerdict.Skipped, "Pass", "True", "ValidationCompleted", "1 of 2 checks passed, 1 had nothing to check.")]
    public async Task It_tells_what_was_found(CheckVerdict verdict, string result, string ready, string reason, string message)
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(status => status with { Checks = new ChecksReport([new CheckOutcome("MessageCountCheck", verdict, "There are more.", 7), new CheckOutcome("OffsetRangeCheck", CheckVerdict.Passed, "Fine.")]) });

        await StepAsync();

        var status = await StatusAsync();
        Assert.Equal(("Completed", result, 2), (status.Phase, status.ValidationResult, status.ChecksTotal));
        Assert.Equal((ready, reason, message), (status.Conditions[0].Status, status.Conditions[0].Reason, status.Conditions[0].Message));
        Assert.Equal(new CheckResult("MessageCountCheck", verdict.ToString()) { Message = "There are more.", DurationMs = 7 }, status.CheckResults![0]);
        Assert.NotNull(status.LastValidationTime);
    }

    [SkippableFact]
    public async Task Once_is_once_until_the_object_changes()
    {
        await ApplyAsync();
        await RunAsync();
        await StepAsync();
        Assert.Single(_cluster.Began);

        await ApplyAsync("""{ "checks": { "offsetRange": {} } }""");
        await RunAsync();

        Assert.Equal(2, _cluster.Began.Distinct().Count());
        Assert.Equal("Completed", (await StatusAsync()).Phase);
    }

    [SkippableFact]
    public async Task By_a_schedule_each_tick_has_one_and_ticks_that_were_missed_have_one_together()
    {
        await ApplyAsync("""{ "schedule": "0 0 * * * *" }""");
        await StepAsync();
        Assert.True(await StepAsync() > TimeSpan.Zero);
        Assert.Empty(_cluster.Began);
        Assert.NotNull((await StatusAsync()).NextScheduledValidation);

        _clock.Advance(TimeSpan.FromHours(1));
        await RunAsync();
        await StepAsync();
        Assert.Single(_cluster.Began);

        _clock.Advance(TimeSpan.FromHours(3));
        await RunAsync();
        await StepAsync();

        Assert.Equal(2, _cluster.Began.Distinct().Count());
        Assert.True((await StatusAsync()).NextScheduledValidation > _clock.GetUtcNow());
    }

    [SkippableFact]
    public async Task A_suspended_one_waits()
    {
        await ApplyAsync("""{ "schedule": "0 0 * * * *", "suspend": true }""");
        _clock.Advance(TimeSpan.FromHours(1));

        await StepAsync();
        Assert.Null(await StepAsync());

        Assert.Empty(_cluster.Began);
        Assert.Equal("It is suspended.", (await StatusAsync()).Message);
    }

    [SkippableFact]
    public async Task A_KafkaBackup_that_is_not_there_is_named()
    {
        await ApplyAsync("""{ "backupRef": { "name": "absent" } }""");

        await StepAsync();

        Assert.Equal("Pending", (await StatusAsync()).Phase);
        Assert.StartsWith("spec.backupRef.name is 'absent', and there is no such KafkaBackup", (await StatusAsync()).Message, StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private Task ApplyAsync(string spec = "{}")
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        return _validations.ApplyAsync(spec);
    }

    /// <summary>Begins what is due, ends it, and has it told and forgotten.</summary>
    private async Task RunAsync()
    {
        await StepAsync();
        _cluster.End(status => status with { Checks = new ChecksReport([new CheckOutcome("MessageCountCheck", CheckVerdict.Passed, "Fine.")]) });
        await StepAsync();
        await StepAsync();
    }

    private Task<TimeSpan?> StepAsync() =>
        new ValidationReconciler(Server.Api, _cluster, new EventRecorder(Server.Api, _clock), _clock).ReconcileAsync(Server.Key("one"), CancellationToken.None);

    private async Task<KafkaBackupValidationStatus> StatusAsync() => (await _validations.ReadAsync<KafkaBackupValidationResource>()).Status!;
}
