using System.Diagnostics;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Testing;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>A namespace of a real API server, which <c>KUBECONFIG</c> names, for one test.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private static readonly ResourceKind Spaces = new("", "v1", "namespaces", "Namespace");

    private static readonly ResourceKind[] Kinds =
    [
        ResourceKind.KafkaBackup, ResourceKind.KafkaRestore, ResourceKind.KafkaOffsetReset, ResourceKind.KafkaOffsetRollback, ResourceKind.KafkaBackupValidation, ResourceKind.KafkaBackupRun,
    ];

    private static readonly SemaphoreSlim Gate = new(1, 1);

    private static bool _hasDefinitions;

    private DirectoryInfo? _folder;

    private ApiServer(KubernetesApi api, string space) => (Api, Space) = (api, space);

    /// <summary>Why there is none; null: there is.</summary>
    public static string? WhyNot => Variable("KAFKA_BACKUP_TEST_KUBECTL") is null ? "KAFKA_BACKUP_TEST_KUBECTL names no kubectl."
        : Variable("KUBECONFIG") is null ? "KUBECONFIG names no API server."
        : null;

    public KubernetesApi Api { get; }

    public string Space { get; }

    public static async Task<ApiServer> ConnectAsync()
    {
        Skip.IfNot(WhyNot is null, WhyNot);
        await Gate.WaitAsync();
        try
        {
            if (!_hasDefinitions)
            {
                await KubectlAsync("apply", "--server-side", "-k", Path.Combine(Repository.Root, "deploy/k8s/crds"));
                await KubectlAsync(["wait", "--for=condition=Established", .. Kinds.Select(kind => $"crd/{kind.Plural}.{kind.Group}")]);
                _hasDefinitions = true;
            }
        }
        finally
        {
            Gate.Release();
        }

        var server = new ApiServer(KubernetesApi.Connect(null), $"test-{Guid.NewGuid():N}"[..20]);
        await server.Api.CreateAsync(Spaces.ListPath(null), new JsonObject { ["metadata"] = new JsonObject { ["name"] = server.Space } }, CancellationToken.None);
        return server;
    }

    public ObjectKey Key(string name) => new(Space, name);

    public Task<JsonObject> ApplyAsync(string spec = "{}", string name = "orders")
    {
        var made = Objects.Json(spec, name, Space);
        made["metadata"]!.AsObject().Remove("uid");
        made["metadata"]!.AsObject().Remove("generation");
        return Api.ApplyAsync(ResourceKind.KafkaBackup.PathOf(Key(name)), made, CancellationToken.None);
    }

    public Task<JsonObject?> GetAsync(string name = "orders") => Api.GetAsync(ResourceKind.KafkaBackup.PathOf(Key(name)), CancellationToken.None);

    public Task DeleteAsync(string name = "orders") => KubectlAsync("delete", "kb", name, "-n", Space, "--wait=false");

    /// <summary>A client for an account of its own, which may do what is to be done to our objects of some kinds, by a kubeconfig that names the file with its token.</summary>
    /// <param name="resources">The kinds.</param>
    public async Task<KubernetesApi> LogInAsync(params string[] resources)
    {
        const string Name = "account";
        await KubectlAsync("create", "serviceaccount", Name, "-n", Space);
        await KubectlAsync("create", "role", Name, "-n", Space, "--verb=get,list,watch,patch", $"--resource={string.Join(',', resources.Select(Qualified))}");
        await KubectlAsync("create", "rolebinding", Name, "-n", Space, $"--role={Name}", $"--serviceaccount={Space}:{Name}");
        _folder ??= Directory.CreateTempSubdirectory();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "token"), await KubectlAsync("create", "token", Name, "-n", Space));
        return KubernetesApi.Connect(await KubeconfigAsync(new JsonObject { ["tokenFile"] = "token" }, null));

        static string Qualified(string resource) => resource.Split('/') is [var plural, var sub] ? $"{plural}.{ResourceKind.OurGroup}/{sub}" : $"{resource}.{ResourceKind.OurGroup}";
    }

    /// <summary>A kubeconfig as <c>KUBECONFIG</c>, of another user, or of another way to the server.</summary>
    public async Task<string> KubeconfigAsync(JsonObject? user, string? server)
    {
        var config = JsonNode.Parse(await KubectlAsync("config", "view", "--raw", "-o", "json"))!;
        if (user is not null)
        {
            config["users"]![0]!["user"] = user;
        }

        if (server is not null)
        {
            config["clusters"]![0]!["cluster"]!["server"] = server;
        }

        _folder ??= Directory.CreateTempSubdirectory();
        var file = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.kubeconfig");
        await File.WriteAllTextAsync(file, config.ToJsonString());
        return file;
    }

    /// <summary>Waits until an object is as it should be.</summary>
    public async Task<JsonObject?> WaitForAsync(Func<JsonObject?, bool> isSo, string name = "orders")
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var found = await GetAsync(name);
            if (isSo(found))
            {
                return found;
            }

            Assert.True(waited.Elapsed < TestLimits.Hang, $"It is never so: {found?.ToJsonString()}");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>What kubectl writes; an error is a failure.</summary>
    public static async Task<string> KubectlAsync(params string[] arguments)
    {
        using var kubectl = Process.Start(new ProcessStartInfo(Variable("KAFKA_BACKUP_TEST_KUBECTL")!, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (kubectl.StandardOutput.ReadToEndAsync(), kubectl.StandardError.ReadToEndAsync());
        await kubectl.WaitForExitAsync();
        Assert.True(kubectl.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: {await errors}");
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        // What holds objects of a namespace would hold the namespace.
        foreach (var kind in Kinds)
        {
            foreach (var left in (await Api.ListAsync(kind.ListPath(Space), CancellationToken.None)).Items)
            {
                await KubectlAsync("patch", kind.Plural, (string)left["metadata"]!["name"]!, "-n", Space, "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");
            }
        }

        await KubectlAsync("delete", "namespace", Space, "--wait=false");
        Api.Dispose();
        _folder?.Delete(recursive: true);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
