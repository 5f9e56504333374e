using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Testing;

namespace KafkaBackup.Operator.Tests.Api;

public sealed class KubernetesApiTests
{
    [SkippableFact]
    public async Task What_is_applied_is_there_and_what_is_not_is_null()
    {
        await using var server = await ApiServer.ConnectAsync();
        await server.ApplyAsync();

        Assert.Equal("orders", (string?)(await server.GetAsync())!["metadata"]!["name"]);
        Assert.Null(await server.GetAsync("others"));
    }

    [SkippableFact]
    public async Task A_watch_tells_what_changes_after_a_list()
    {
        await using var server = await ApiServer.ConnectAsync();
        var path = ResourceKind.KafkaBackup.ListPath(server.Space);
        var list = await server.Api.ListAsync(path, CancellationToken.None);
        await server.ApplyAsync();
        await server.ApplyAsync("""{ "suspend": true }""");
        await server.DeleteAsync();

        var told = new List<string>();
        await foreach (var one in server.Api.WatchAsync(path, list.Version, TimeSpan.FromMinutes(4), CancellationToken.None))
        {
            told.Add(one.Type);
            if (one.Type == "DELETED")
            {
                break;
            }
        }

        Assert.Equal(["ADDED", "MODIFIED", "DELETED"], told.Where(type => type != "BOOKMARK"));
    }

    [SkippableFact]
    public async Task A_watch_from_long_ago_ends_with_a_word()
    {
        await using var server = await ApiServer.ConnectAsync();

        var ended = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in server.Api.WatchAsync(ResourceKind.KafkaBackup.ListPath(server.Space), "1", TimeSpan.FromMinutes(4), CancellationToken.None))
            {
                // It may tell of others first.
            }
        });

        Assert.Equal(HttpStatusCode.Gone, ended.Status);
    }

    [SkippableFact]
    public async Task A_token_may_be_in_a_file_that_the_kubeconfig_names()
    {
        await using var server = await ApiServer.ConnectAsync();
        using var account = await server.LogInAsync("kafkabackups");

        var said = await account.CreateAsync("apis/authentication.k8s.io/v1/selfsubjectreviews", new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "SelfSubjectReview",
        }, CancellationToken.None);

        Assert.Equal($"system:serviceaccount:{server.Space}:account", (string?)said["status"]!["userInfo"]!["username"]);
    }

    [SkippableFact]
    public async Task A_watch_whose_connection_is_forgotten_in_between_ends()
    {
        await using var server = await ApiServer.ConnectAsync();
        using var line = new ForgetfulLine(new Uri(server.Api.Address));
        using var api = KubernetesApi.Connect(await server.KubeconfigAsync(null, line.Address));
        var path = ResourceKind.KafkaBackup.ListPath(server.Space);
        var list = await api.ListAsync(path, CancellationToken.None);
        await server.ApplyAsync();

        await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in api.WatchAsync(path, list.Version, TimeSpan.FromMinutes(4), CancellationToken.None))
            {
                line.Forget();
            }
        }).WaitAsync(TestLimits.Hang);

        Assert.Single((await api.ListAsync(path, CancellationToken.None)).Items);
    }

    [Fact]
    public async Task A_watch_of_a_server_that_does_not_speak_is_no_cancellation()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""
            {
              "apiVersion": "v1", "kind": "Config", "current-context": "here",
              "clusters": [{ "name": "here", "cluster": { "server": "https://{{mute.LocalEndpoint}}" } }],
              "users": [{ "name": "me", "user": { "token": "secret" } }],
              "contexts": [{ "name": "here", "context": { "cluster": "here", "user": "me" } }]
            }
            """);
        using var api = KubernetesApi.Connect(file);
        File.Delete(file);

        var ended = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in api.WatchAsync("api/v1/pods", "1", TimeSpan.FromMinutes(4), CancellationToken.None))
            {
                // Nothing comes.
            }
        });

        Assert.Contains("does not answer for api/v1/pods", ended.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_list_of_many_pages_is_whole()
    {
        await using var server = await ApiServer.ConnectAsync();
        var kind = new ResourceKind("", "v1", "configmaps", "ConfigMap");
        var names = Enumerable.Range(0, 1_201).Select(i => $"map-{i:0000}").ToList();
        await Parallel.ForEachAsync(names, async (name, cancellation) => await server.Api.CreateAsync(
            kind.ListPath(server.Space), new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = name } }, cancellation));

        var list = await server.Api.ListAsync(kind.ListPath(server.Space), CancellationToken.None);

        Assert.Equal(names, list.Items.Select(item => (string)item["metadata"]!["name"]!).Where(name => name.StartsWith("map-", StringComparison.Ordinal)).Order());
    }

    [SkippableFact]
    public async Task A_refusal_is_told_with_its_reason()
    {
        await using var server = await ApiServer.ConnectAsync();
        using var limited = KubernetesApi.Connect(Environment.GetEnvironmentVariable("KUBE_LIMITED_KUBECONFIG") ?? throw new InvalidOperationException("KUBE_LIMITED_KUBECONFIG is not set."));

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => limited.ListAsync(ResourceKind.KafkaBackup.ListPath(server.Space), CancellationToken.None));

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("cannot list resource \"kafkabackups\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_way_to_an_API_server_there_is_a_sentence()
    {
        var failure = Assert.Throws<BackupException>(() => KubernetesApi.Connect("/no/such/file"));

        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains("give --kubeconfig", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_its_address()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
                contexts: [{name: c, context: {cluster: c, user: u}}]
                users: [{name: u, user: {token: t}}]
                current-context: c
                """);
            using var api = KubernetesApi.Connect(file);

            var failure = await Assert.ThrowsAsync<KubernetesException>(() => api.ListAsync(ResourceKind.KafkaBackup.ListPath(null), CancellationToken.None));

            Assert.Null(failure.Status);
            Assert.Contains("http://127.0.0.1:1 does not answer for apis/kafka.oso.sh/v1alpha1/kafkabackups", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
