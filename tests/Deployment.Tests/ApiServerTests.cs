using System.Text.Json;

namespace KafkaBackup.Deployment.Tests;

/// <summary>A real API server takes what the overlays make, in a namespace that takes restricted pods only, and makes the pods.</summary>
public sealed class ApiServerTests
{
    [SkippableTheory]
    [InlineData("cluster", null)]
    [InlineData("cluster-postgresql", null)]
    [InlineData("cluster", "tls")]
    [InlineData("cluster-postgresql", "tls")]
    public async Task An_API_server_takes_the_cluster_and_makes_its_pods(string overlay, string? component)
    {
        await using var space = await TestNamespace.CreateAsync();

        await space.ApplyAsync(overlay, component);

        var pods = await space.WaitForPodsAsync(3, "app.kubernetes.io/component=node");
        Assert.Equal(["kafka-backup-0", "kafka-backup-1", "kafka-backup-2"], pods.Select(pod => NameOf(pod.GetProperty("metadata"))).Order());
        var variables = pods[0].GetProperty("spec").GetProperty("containers")[0].GetProperty("env").EnumerateArray().Select(NameOf).ToList();
        Assert.Equal(overlay == "cluster-postgresql", variables.Contains("KAFKA_BACKUP_JOURNAL_POSTGRESQL"));
        Assert.Equal(component == "tls", variables.Contains("KAFKA_BACKUP_TLS_KEY"));
        Assert.Contains("KAFKA_BACKUP_HOSTNAME", variables);
    }

    [SkippableFact]
    public async Task An_API_server_takes_the_schedule_and_makes_the_pod_of_a_run()
    {
        await using var space = await TestNamespace.CreateAsync();

        await space.ApplyAsync("cronjob", null);
        await Kubectl.RunAsync("create", "job", "now", "--from=cronjob/kafka-backup", "-n", space.Name);

        Assert.Single(await space.WaitForPodsAsync(1, "job-name=now"));
    }

    private static string? NameOf(JsonElement named) => named.GetProperty("name").GetString();
}
