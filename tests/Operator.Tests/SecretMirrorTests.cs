using System.Text;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests;

public sealed class SecretMirrorTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("secrets-");
    private readonly FakeTimeProvider _clock = new();
    private ApiServer? _server;

    private ApiServer Server => _server!;

    private string Definition => $"sasl_password_file: \"${{KAFKA_BACKUP_SECRETS}}/{Server.Space}/login/password\"\n";

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
        }
    }

    [SkippableFact]
    public async Task What_a_definition_names_is_a_file_that_nobody_else_reads_and_what_it_does_not_is_none()
    {
        await WriteAsync("first", other: "not named");
        using var mirror = Make();

        mirror.Provide(Definition);

        Assert.Equal("first", Read());
        Assert.Equal(["password"], Directory.GetFiles(Path.Combine(_folder.FullName, Server.Space, "login")).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf()));
        }
    }

    [SkippableFact]
    public async Task A_secret_that_changes_is_read_anew()
    {
        await WriteAsync("first");
        using var mirror = Make();
        mirror.Provide(Definition);
        await WriteAsync("second");

        await mirror.RefreshAsync(CancellationToken.None);

        Assert.Equal("second", Read());
    }

    [SkippableFact]
    public async Task A_secret_that_goes_leaves_what_was_read()
    {
        await WriteAsync("first");
        using var mirror = Make();
        mirror.Provide(Definition);
        await ApiServer.KubectlAsync("delete", "secret", "login", "-n", Server.Space);

        await mirror.RefreshAsync(CancellationToken.None);
        mirror.Provide(Definition);

        Assert.Equal("first", Read());
    }

    [SkippableFact]
    public async Task A_secret_or_a_key_that_is_not_there_is_named_and_may_come()
    {
        using var mirror = Make();
        var missing = Assert.Throws<BackupException>(() => mirror.Provide(Definition));
        Assert.Equal(($"There is no Secret {Server.Space}/login. Make it, or name another one.", true), (missing.Message, missing.IsRetryable));

        await WriteAsync(null, other: "x");
        Assert.Contains("has no key 'password'; it has other.", Assert.Throws<BackupException>(() => mirror.Provide(Definition)).Message, StringComparison.Ordinal);

        await WriteAsync("came");
        mirror.Provide(Definition);
        Assert.Equal("came", Read());
    }

    [SkippableFact]
    public async Task A_key_that_goes_keeps_no_other_from_being_read_anew()
    {
        await WriteAsync("first", other: "first");
        using var mirror = Make();
        mirror.Provide(Definition.Replace("password\"", "other\"", StringComparison.Ordinal));
        mirror.Provide(Definition);
        await ApiServer.KubectlAsync("delete", "secret", "login", "-n", Server.Space);
        await WriteAsync("second");

        await mirror.RefreshAsync(CancellationToken.None);

        Assert.Equal("second", Read());
    }

    [Fact]
    public void A_definition_without_secrets_asks_nobody()
    {
        using var mirror = new SecretMirror(_folder.FullName, () => throw new InvalidOperationException("It asks."), NullLogger<SecretMirror>.Instance, _clock);

        mirror.Provide("mode: backup\n");
    }

    public async Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private SecretMirror Make()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        return new SecretMirror(_folder.FullName, () => KubernetesApi.Connect(null), NullLogger<SecretMirror>.Instance, _clock);
    }

    private string PathOf() => Path.Combine(_folder.FullName, Server.Space, "login", "password");

    private string Read() => File.ReadAllText(PathOf());

    private Task WriteAsync(string? password, string? other = null)
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        var data = new JsonObject();
        foreach (var (key, value) in ((string, string?)[])[("password", password), ("other", other)])
        {
            if (value is not null)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
            }
        }

        return Server.Api.ApplyAsync(ResourceKind.Secret.PathOf(Server.Key("login")), new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "login", ["namespace"] = Server.Space },
            ["data"] = data,
        }, CancellationToken.None);
    }
}
