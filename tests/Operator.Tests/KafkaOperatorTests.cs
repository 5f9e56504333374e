using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Operator.Tests;

/// <summary>The whole operator at a real API server, before a cluster that is the catalogue's rules.</summary>
public sealed class KafkaOperatorTests : IAsyncLifetime
{
    private readonly FakeCluster _cluster = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private ApiServer? _server;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
        }
    }

    [SkippableFact]
    public async Task An_object_becomes_a_declared_backup_and_tells_how_it_stands()
    {
        Begin();
        await Server.ApplyAsync("""{ "schedule": "0 0 * * * *" }""");

        var found = await Server.WaitForAsync(item => Phase(item) == "Ready");

        Assert.Equal("0 0 * * * *", _cluster["orders"]!.Schedule);
        Assert.Equal([KafkaBackupResource.Finalizer], found!["metadata"]!["finalizers"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(4, found["status"]!["conditions"]!.AsArray().Count);
    }

    [SkippableFact]
    public async Task A_run_is_told_of_while_it_goes_on_and_when_it_has_ended()
    {
        Begin();
        await Server.ApplyAsync();
        await Server.WaitForAsync(item => Phase(item) == "Running");
        _cluster.End("orders");
        await Server.WaitForAsync(item => Phase(item) == "Completed");

        Assert.Equal(["Declared", "RunCompleted", "RunStarted"], await EventsAsync());
    }

    [SkippableFact]
    public async Task Two_operators_do_no_harm()
    {
        Begin();
        Begin();
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            await Server.ApplyAsync(name: name);
        }

        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            await Server.WaitForAsync(item => Phase(item) == "Running", name);
            _cluster.End(name);
        }

        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            await Server.WaitForAsync(item => Phase(item) == "Completed", name);
        }

        Assert.Equal(4, _cluster.Began.Count);
        Assert.Equal(12, (await EventsAsync()).Count);
    }

    [SkippableFact]
    public async Task What_is_deleted_is_forgotten_when_its_run_has_ended()
    {
        Begin();
        await Server.ApplyAsync();
        await Server.WaitForAsync(item => Phase(item) == "Running");
        await Server.DeleteAsync();
        await Server.WaitForAsync(item => Phase(item) == "Deleting");
        Assert.True(_cluster["orders"]!.IsStopping);

        _cluster.End("orders");

        await Server.WaitForAsync(item => item is null);
        Assert.Null(_cluster["orders"]);
    }

    [SkippableFact]
    public async Task A_deletion_while_no_operator_was_there_is_not_forgotten()
    {
        var first = Begin();
        await Server.ApplyAsync("""{ "schedule": "0 0 * * * *" }""");
        await Server.WaitForAsync(item => Phase(item) == "Ready");
        await first.CancelAsync();
        await Server.DeleteAsync();

        Begin();

        await Server.WaitForAsync(item => item is null);
        Assert.Null(_cluster["orders"]);
    }

    [SkippableFact]
    public async Task A_deletion_that_waits_for_the_cluster_says_so()
    {
        Begin();
        await Server.ApplyAsync("""{ "schedule": "0 0 * * * *" }""");
        await Server.WaitForAsync(item => Phase(item) == "Ready");
        _cluster.Failure = new BackupException(FailureKind.Internal, "No node answers.");
        await Server.DeleteAsync();

        var waiting = await Server.WaitForAsync(item => Reason(item) == "ClusterAway" && Phase(item) == "Deleting"); // It may have been looked at before somebody asked for its deletion.
        _cluster.Failure = null;

        Assert.Contains("No node answers.", (string)waiting!["status"]!["message"]!, StringComparison.Ordinal);
        await Server.WaitForAsync(item => item is null);
        Assert.Null(_cluster["orders"]);
    }

    [SkippableFact]
    public async Task Events_that_are_refused_keep_no_status_back()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync();
        using var account = await Server.LogInAsync("kafkabackups", "kafkabackups/status");
        var reconciler = Reconcilers.OfBackups(account, _cluster, TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None));

        Assert.Contains("cannot create resource \"events\"", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("Running", Phase(await Server.GetAsync()));
    }

    [SkippableFact]
    public async Task What_another_operator_has_let_go_meanwhile_is_not_declared_for_nobody()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync("""{ "schedule": "0 0 * * * *" }""");
        var reconciler = Reconcilers.OfBackups(Server.Api, _cluster, TimeProvider.System);
        _cluster.Meanwhile = async () =>
        {
            await Server.DeleteAsync();
            await reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None);
        };

        await Record.ExceptionAsync(() => reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None));

        Assert.Null(await Server.GetAsync());
        Assert.Null(_cluster["orders"]);
    }

    [SkippableFact]
    public async Task What_is_there_by_now_under_the_name_is_not_forgotten_for_what_was()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        var reconciler = Reconcilers.OfBackups(Server.Api, _cluster, TimeProvider.System);
        await Server.ApplyAsync();
        await reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None);
        _cluster.End("orders");
        await Server.DeleteAsync();
        _cluster.Meanwhile = async () =>
        {
            await reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None);
            await Server.ApplyAsync();
            await reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None);
        };

        await Record.ExceptionAsync(() => reconciler.ReconcileAsync(Server.Key("orders"), CancellationToken.None));

        Assert.NotNull(_cluster["orders"]!.Current);
        Assert.Equal(2, _cluster.Began.Distinct().Count());
    }

    [SkippableFact]
    public async Task What_somebody_else_declared_is_left_alone()
    {
        _cluster.Submit("orders", "mode: backup\nbackup_id: orders\n");
        Begin();
        await Server.ApplyAsync();

        var found = await Server.WaitForAsync(item => Phase(item) == "Failed");
        Assert.Contains("declared by 'kafka-backup submit'", (string)found!["status"]!["message"]!, StringComparison.Ordinal);
        await Server.DeleteAsync();
        await Server.WaitForAsync(item => item is null);

        Assert.Equal("mode: backup\nbackup_id: orders\n", _cluster["orders"]!.Definition);
    }

    [SkippableFact]
    public async Task A_spec_that_cannot_be_says_so_in_its_status()
    {
        Begin();
        await Server.ApplyAsync("""{ "sourceClusterId": "${HOME}" }""");

        var found = await Server.WaitForAsync(item => Phase(item) == "Failed");

        Assert.StartsWith("spec.sourceClusterId has", (string)found!["status"]!["message"]!, StringComparison.Ordinal);
        Assert.Null(_cluster["orders"]);
    }

    [SkippableFact]
    public async Task A_cluster_that_does_not_answer_is_told_and_waited_for()
    {
        _cluster.Failure = new BackupException(FailureKind.Internal, "No node answers.");
        Begin();
        await Server.ApplyAsync();
        await Server.WaitForAsync(item => Reason(item) == "ClusterAway");

        _cluster.Failure = null;

        await Server.WaitForAsync(item => Phase(item) == "Running");
    }

    [SkippableFact]
    public async Task Finalizers_of_others_stay()
    {
        Begin();
        await Server.ApplyAsync();
        await Server.WaitForAsync(item => Phase(item) == "Running");
        await ApiServer.KubectlAsync("patch", "kb", "orders", "-n", Server.Space, "--type=json", "-p", """[{"op":"add","path":"/metadata/finalizers/-","value":"example.org/other"}]""");
        _cluster.End("orders");
        await Server.DeleteAsync();

        var left = await Server.WaitForAsync(item => item!["metadata"]!["finalizers"]!.AsArray().Count == 1);

        Assert.Equal("example.org/other", (string)left!["metadata"]!["finalizers"]![0]!);
    }

    [SkippableFact]
    public async Task An_operator_without_rights_names_them_and_waits()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        using var limited = KubernetesApi.Connect(Environment.GetEnvironmentVariable("KUBE_LIMITED_KUBECONFIG"));
        var lacking = Make(limited);
        _running.Add(lacking.RunAsync(_stop.Token));

        while (lacking.WhyNotReady()?.Contains("lacks rights", StringComparison.Ordinal) != true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        Assert.Contains($"patch kafkabackups/status.kafka.oso.sh in {Server.Space}", lacking.WhyNotReady(), StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _stop.Dispose();
    }

    private static string? Phase(JsonObject? item) => (string?)item?["status"]?["phase"];

    private static string? Reason(JsonObject? item) => (string?)item?["status"]?["conditions"]?[0]?["reason"];

    /// <summary>An operator, until it is cancelled.</summary>
    private CancellationTokenSource Begin()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _running.Add(Make(Server.Api).RunAsync(stop.Token));
        return stop;
    }

    private KafkaOperator Make(KubernetesApi api) => new(
        api, _cluster, new FakeRestores(), new FakeOperations(), new OperatorSettings { Namespaces = [Server.Space] }, NullLoggerFactory.Instance, TimeProvider.System, new Random(1));

    private async Task<IReadOnlyList<string>> EventsAsync() =>
        [.. (await Server.Api.ListAsync(new ResourceKind("", "v1", "events", "Event").ListPath(Server.Space), CancellationToken.None)).Items.Select(item => (string)item["reason"]!).Order()];
}
