using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests.Operations;

/// <summary>What becomes of stored data when a KafkaBackup is deleted, at a real API server, step by step.</summary>
public sealed class StoredDeletionTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FakeCluster _cluster;
    private readonly FakeOperations _operations = new();
    private ApiServer? _server;

    public StoredDeletionTests() => _cluster = new FakeCluster(_clock);

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
        }
    }

    [SkippableFact]
    public async Task Without_a_policy_nothing_that_is_stored_goes()
    {
        await DeletedAsync("{}");

        Assert.Empty(_operations.Began);
        Assert.Null(await Server.GetAsync());
    }

    [SkippableFact]
    public async Task With_Delete_the_object_goes_when_what_is_stored_has_gone()
    {
        await DeletedAsync("""{ "deletionPolicy": "Delete" }""");
        Assert.NotNull(await Server.GetAsync());
        Assert.Contains("mode: \"deletion\"\nbackup_id: \"orders\"\n", Assert.Single(_operations.Definitions), StringComparison.Ordinal);
        Assert.NotNull(_cluster["orders"]); // So that no other one begins to write there.

        _operations.End(status => status with { Deletion = new DeletionReport(12, 0, null) });
        await StepsAsync();

        Assert.Null(await Server.GetAsync());
        Assert.Null(_cluster["orders"]);
        Assert.Equal("DataDeleted: What was stored is deleted: 12 objects.", Assert.Single(await EventsAsync("Data")));
    }

    [SkippableFact]
    public async Task A_run_under_way_ends_first()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync("""{ "deletionPolicy": "Delete" }""");
        await StepAsync();
        await StepAsync();
        await Server.DeleteAsync();
        await StepAsync();
        Assert.Empty(_operations.Began);

        _cluster.End("orders");
        await StepAsync();

        Assert.Single(_operations.Began);
    }

    [SkippableFact]
    public async Task A_store_that_refuses_holds_no_object()
    {
        await DeletedAsync("""{ "deletionPolicy": "Delete" }""");
        _operations.End(status => status with { Deletion = new DeletionReport(0, 9, "The object is locked.") });

        await StepsAsync();

        Assert.Null(await Server.GetAsync());
        Assert.EndsWith("0 objects are deleted, and 9 are not: The object is locked.", Assert.Single(await EventsAsync("DataKept")), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(FailureKind.Storage, 9, 11)]
    [InlineData(FailureKind.Configuration, 0, 2)] // A Secret, which may have gone with the namespace.
    public async Task What_is_away_is_waited_for_and_not_for_ever(FailureKind kind, int patient, int late)
    {
        await DeletedAsync("""{ "deletionPolicy": "Delete" }""");
        _clock.Advance(TimeSpan.FromMinutes(patient));
        _operations.End(status => status with { Failure = new Fault(kind, "It is not there.", IsRetryable: true) });
        await StepsAsync();
        Assert.NotNull(await Server.GetAsync());

        _operations.End(status => status with { Failure = new Fault(kind, "It is not there.", IsRetryable: true) });
        _clock.Advance(TimeSpan.FromMinutes(late - patient));
        await StepsAsync();

        Assert.Null(await Server.GetAsync());
        Assert.EndsWith("It is not there.", Assert.Single(await EventsAsync("DataKept")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_word_that_is_refused_as_in_a_namespace_that_goes_holds_no_object()
    {
        await DeletedAsync("""{ "deletionPolicy": "Delete" }""");
        _operations.End(status => status with { Deletion = new DeletionReport(12, 0, null) });
        using var account = await Server.LogInAsync("kafkabackups", "kafkabackups/status");

        await Reconcilers.OfBackups(account, _cluster, _clock, _operations).ReconcileAsync(Server.Key("orders"), CancellationToken.None);

        Assert.Null(await Server.GetAsync());
        Assert.Empty(await EventsAsync("Data"));
    }

    [SkippableFact]
    public async Task Of_what_was_never_declared_for_it_nothing_goes()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync("""{ "suspend": true, "deletionPolicy": "Delete" }""");
        await StepAsync();
        await Server.DeleteAsync();

        await StepsAsync();

        Assert.Null(await Server.GetAsync());
        Assert.Empty(_operations.Began);
        Assert.Contains("knows of no backup that is this object's", Assert.Single(await EventsAsync("DataKept")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_has_gone_is_not_asked_for_when_the_cluster_has_forgotten_the_backup_already()
    {
        await DeletedAsync("""{ "deletionPolicy": "Delete" }""");
        _operations.End(status => status with { Deletion = new DeletionReport(12, 0, null) });
        await _cluster.OrderAsync(BackupReconciler.SubjectOf(ResourceJson.ReadBackup((await Server.GetAsync())!)), CatalogueProtocol.CatalogueOrder.Remove, CancellationToken.None);

        await StepsAsync(); // The operator was killed before it let the object go.

        Assert.Null(await Server.GetAsync());
        Assert.Equal("DataDeleted: What was stored is deleted: 12 objects.", Assert.Single(await EventsAsync("Data")));
    }

    [SkippableFact]
    public async Task It_goes_from_where_it_was_stored_whatever_the_spec_says_since()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync("""{ "schedule": "0 0 1 1 *", "deletionPolicy": "Delete" }""");
        await StepAsync();
        await Server.ApplyAsync("""{ "schedule": "0 0 1 1 *", "deletionPolicy": "Delete", "storage": { "storageType": "pvc", "pvc": { "claimName": "others" } } }""");
        await Server.DeleteAsync();

        await StepsAsync();

        Assert.EndsWith("backup_id: \"orders\"\nstorage:\n  backend: \"filesystem\"\n  path: \"/data/backups\"\n", Assert.Single(_operations.Definitions), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_is_of_another_object_stays()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync("""{ "schedule": "0 0 1 1 *" }""");
        await StepAsync();
        await Server.ApplyAsync("""{ "backupId": "orders", "deletionPolicy": "Delete" }""", "other");
        await StepAsync("other");
        await Server.DeleteAsync("other");

        await StepAsync("other");

        Assert.Null(await Server.GetAsync("other"));
        Assert.Empty(_operations.Began);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A KafkaBackup that waits for its schedule, whose deletion is asked for.</summary>
    private async Task DeletedAsync(string spec)
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync($$"""{ "schedule": "0 0 1 1 *"{{(spec == "{}" ? "" : ", " + spec.Trim('{', '}', ' '))}} }""");
        await StepAsync();
        await Server.DeleteAsync();
        await StepsAsync();
    }

    private async Task StepsAsync()
    {
        await StepAsync();
        await StepAsync();
    }

    private Task<TimeSpan?> StepAsync(string name = "orders") =>
        Reconcilers.OfBackups(Server.Api, _cluster, _clock, _operations).ReconcileAsync(Server.Key(name), CancellationToken.None);

    private async Task<IReadOnlyList<string>> EventsAsync(string reason) =>
        [.. (await Server.Api.ListAsync(new ResourceKind("", "v1", "events", "Event").ListPath(Server.Space), CancellationToken.None)).Items
            .Where(item => ((string)item["reason"]!).StartsWith(reason, StringComparison.Ordinal)).Select(item => $"{item["reason"]}: {item["message"]}")];
}
