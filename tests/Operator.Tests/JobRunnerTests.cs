using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Jobs;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Operator.Tests;

/// <summary>Runs as Jobs at a real API server with its controllers, where the test ends pods as a kubelet would.</summary>
public sealed class JobRunnerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private ApiServer? _server;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
            await ApiServer.KubectlAsync("create", "serviceaccount", "robot", "-n", _server.Space);
        }
    }

    [SkippableFact]
    public async Task What_runs_once_is_a_Job_and_its_summary_is_told()
    {
        await ApplyAsync();
        await StepAsync();
        Assert.Equal("Running", (await StatusAsync()).Phase);

        await EndPodAsync(0, JsonSerializer.Serialize(new BackupFinished(new BackupId("orders"), new RunId("r")) { Records = 12, Topics = 1 }, WireJson.Default.BackupFinished));
        await StepUntilAsync(status => status.Phase == "Completed");

        Assert.Equal(12, (await StatusAsync()).RecordsProcessed);
        Assert.Single(await ListAsync(JobObjects.JobsKind));
        await StepAsync();
        Assert.Single(await ListAsync(JobObjects.JobsKind));
    }

    [SkippableFact]
    public async Task A_pod_has_what_the_program_needs_and_names_secrets_only()
    {
        await ApplyAsync("""
            {
              "runDeadlineSecs": 77,
              "kafkaCluster": { "bootstrapServers": ["kafka:9092"], "securityProtocol": "SASL_PLAINTEXT", "saslSecret": { "name": "login", "mechanism": "PLAIN" } }
            }
            """);
        await StepAsync();

        var job = Assert.Single(await ListAsync(JobObjects.JobsKind))["spec"]!;
        var pod = job["template"]!["spec"]!;
        var container = pod["containers"]![0]!;
        Assert.Equal((77, "registry/kafka-backup:1", "1Gi", "robot"), ((int)job["activeDeadlineSeconds"]!, (string?)container["image"], (string?)container["resources"]!["limits"]!["memory"], (string?)pod["serviceAccountName"]));
        Assert.Equal(["/etc/kafka-backup", "/var/lib/kafka-backup", "/tmp", "/data/backups", $"/run/kafka-backup/secrets/{Server.Space}/login"], container["volumeMounts"]!.AsArray().Select(mount => (string)mount!["mountPath"]!));
        Assert.Equal("backups", (string?)pod["volumes"]![3]!["persistentVolumeClaim"]!["claimName"]);
        Assert.Equal("login", (string?)pod["volumes"]![4]!["secret"]!["secretName"]);
        Assert.Contains("sasl_password_file", (string)Assert.Single(await ListAsync(JobObjects.ConfigMaps))["data"]![JobPod.DefinitionKey]!, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_schedule_is_a_CronJob_which_is_suspended_with_its_object()
    {
        await ApplyAsync("""{ "schedule": "0 0 2 * * 1", "timeZone": "Europe/Berlin" }""");
        await StepAsync();
        var cron = Assert.Single(await ListAsync(JobObjects.CronJobs))["spec"]!;
        Assert.Equal(("0 2 * * SUN", "Europe/Berlin", false), ((string?)cron["schedule"], (string?)cron["timeZone"], (bool)cron["suspend"]!));
        Assert.Equal(("Ready", true), ((await StatusAsync()).Phase, (await StatusAsync()).NextScheduledBackup > _clock.GetUtcNow()));
        Assert.Empty(await ListAsync(JobObjects.JobsKind));

        await ApplyAsync("""{ "schedule": "0 0 2 * * 1", "timeZone": "Europe/Berlin", "suspend": true }""");
        await StepAsync();

        Assert.True((bool)Assert.Single(await ListAsync(JobObjects.CronJobs))["spec"]!["suspend"]!);
        Assert.Equal("Suspended", (await StatusAsync()).Phase);
    }

    [SkippableTheory]
    [InlineData("*/10 * * * * *", "has the seconds '*/10'")]
    [InlineData("0 0 2 1 1 * 2027", "has the years '2027'")]
    [InlineData("0 0 2 1 * 2", "which both have to fit")]
    [InlineData("0 2 1 * MON", "which both have to fit")]
    public async Task A_schedule_that_no_CronJob_has_is_refused_with_the_reason(string schedule, string reason)
    {
        await ApplyAsync($$"""{ "schedule": "{{schedule}}" }""");

        await StepAsync();

        Assert.Equal("Failed", (await StatusAsync()).Phase);
        Assert.Contains(reason, (await StatusAsync()).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_has_no_end_is_a_Deployment_that_another_definition_replaces()
    {
        await ApplyAsync("""{ "continuous": true }""");
        await StepAsync();
        var before = (string?)Assert.Single(await ListAsync(JobObjects.Deployments))["spec"]!["template"]!["metadata"]!["annotations"]!["kafka.oso.sh/definition"];
        Assert.Equal("Running", (await StatusAsync()).Phase);

        await ApplyAsync("""{ "continuous": true, "topics": ["others"] }""");
        await StepAsync();
        Assert.NotEqual(before, (string?)Assert.Single(await ListAsync(JobObjects.Deployments))["spec"]!["template"]!["metadata"]!["annotations"]!["kafka.oso.sh/definition"]);

        await ApplyAsync("""{ "continuous": true, "topics": ["others"], "suspend": true }""");
        await StepAsync();
        Assert.Equal((0, "Suspended"), ((int)Assert.Single(await ListAsync(JobObjects.Deployments))["spec"]!["replicas"]!, (await StatusAsync()).Phase));
    }

    [SkippableFact]
    public async Task A_run_that_fails_says_what_the_program_said_last()
    {
        await ApplyAsync();
        await StepAsync();
        await EndPodAsync(2, "[INFO] something\nError: backup.yaml: there is no topic 'orders'.\n");

        await StepUntilAsync(status => status.Phase == "Failed");

        var status = await StatusAsync();
        Assert.Equal("Error: backup.yaml: there is no topic 'orders'.", status.Conditions.Single(condition => condition.Type == "Degraded").Message);
        Assert.Single(await ListAsync(JobObjects.JobsKind)); // Another try would not help.
    }

    [SkippableFact]
    public async Task What_is_there_under_the_name_and_is_not_ours_is_left_alone()
    {
        await ApplyAsync("""{ "schedule": "@daily" }""");
        await ApiServer.KubectlAsync("create", "deployment", "kb-orders", "--image=somebodys", "-n", Server.Space);

        await StepAsync();

        Assert.Contains($"There is a Deployment {Server.Space}/kb-orders already", (await StatusAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("somebodys", await ApiServer.KubectlAsync("get", "deployment", "kb-orders", "-n", Server.Space, "-o", "yaml"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_the_API_server_refuses_is_told()
    {
        await ApplyAsync("""{ "schedule": "@daily", "timeZone": "Europe/Bonn" }""");

        await StepAsync();

        Assert.Equal("Failed", (await StatusAsync()).Phase);
        Assert.Contains("Europe/Bonn", (await StatusAsync()).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Every_text_of_the_annotation_is_one_Job()
    {
        await ApplyAsync("""{ "schedule": "@daily" }""");
        await StepAsync();
        await ApiServer.KubectlAsync("annotate", "kb", "orders", "-n", Server.Space, "kafka.oso.sh/trigger-backup=now");
        await StepAsync();
        await StepAsync();

        Assert.StartsWith("trigger-", JobRun.NameOf(Assert.Single(await ListAsync(JobObjects.JobsKind))), StringComparison.Ordinal);
        Assert.Equal("now", (await StatusAsync()).LastTrigger);
    }

    [SkippableFact]
    public async Task What_was_made_goes_with_its_object()
    {
        await ApplyAsync("""{ "schedule": "@daily" }""");
        await StepAsync();
        await Server.DeleteAsync();
        await StepAsync();
        await StepAsync();

        Assert.Null(await Server.GetAsync());
        await UntilAsync(async () => (await ListAsync(JobObjects.CronJobs)).Count + (await ListAsync(JobObjects.ConfigMaps)).Count == 0);
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
        return Server.ApplyAsync(spec);
    }

    private Task<TimeSpan?> StepAsync()
    {
        var runner = new JobRunner(Server.Api, new JobSettings("registry/kafka-backup:1") { Memory = "1Gi", ServiceAccount = "robot" }, _clock);
        return Reconcilers.OfBackups(Server.Api, runner, _clock).ReconcileAsync(Server.Key("orders"), CancellationToken.None);
    }

    private Task StepUntilAsync(Func<KafkaBackupStatus, bool> isSo) => UntilAsync(async () =>
    {
        await StepAsync();
        return isSo(await StatusAsync());
    });

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(waited.Elapsed < TestLimits.Hang, "It is never so.");
        }
    }

    /// <summary>As a kubelet tells of a container that ended.</summary>
    private async Task EndPodAsync(int code, string message)
    {
        JsonObject? pod = null;
        await UntilAsync(async () => (pod = (await ListAsync(JobObjects.Pods)).SingleOrDefault()) is not null);
        var path = $"{JobObjects.Pods.PathOf(new ObjectKey(Server.Space, (string)pod!["metadata"]!["name"]!))}/status";
        await Server.Api.MergeAsync(path, new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = code == 0 ? "Succeeded" : "Failed",
                ["containerStatuses"] = new JsonArray(new JsonObject
                {
                    ["name"] = JobPod.Container,
                    ["image"] = "x",
                    ["imageID"] = "",
                    ["ready"] = false,
                    ["restartCount"] = 0,
                    ["state"] = new JsonObject
                    {
                        ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : "Error", ["message"] = message, ["finishedAt"] = "2026-11-28T12:00:00Z" },
                    },
                }),
            },
        }, CancellationToken.None);
    }

    private async Task<IReadOnlyList<JsonObject>> ListAsync(ResourceKind kind) =>
        [.. (await Server.Api.ListAsync(kind.ListPath(Server.Space), JobObjects.Label, CancellationToken.None)).Items];

    private async Task<KafkaBackupStatus> StatusAsync() => ResourceJson.ReadBackup((await Server.GetAsync())!).Status!;
}
