using System.Net;
using System.Net.Sockets;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>Where a node takes commands, by its settings.</summary>
public sealed class PbmSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbm-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void By_default_it_is_9110_of_this_machine_alone() => Assert.Equal(new PbmSettings("127.0.0.1", 9110, ""), Read());

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    public void A_port_of_nothing_or_minus_one_is_none(string port) => Assert.Null(Read(("PORT", port)));

    [Fact]
    public void Others_may_reach_it_with_a_token() =>
        Assert.Equal(new PbmSettings("0.0.0.0", 9111, "secret"), Read(("HOST", "0.0.0.0"), ("PORT", "9111"), ("TOKEN", "secret")));

    [Fact]
    public void Others_may_not_reach_it_without_one()
    {
        var e = Assert.Throws<BackupException>(() => Read(("HOST", "0.0.0.0")));

        Assert.Equal(ExitCode.Usage, ExitCode.Of(e.Kind));
        Assert.Equal(
            "kafka-backup.pbm.host is 0.0.0.0, where others can reach it, and there is no token. "
            + "Set KAFKA_BACKUP_PBM_TOKEN, listen on 127.0.0.1, or set KAFKA_BACKUP_PBM_PORT to -1.", e.Message);
        Assert.Null(Read(("HOST", "0.0.0.0"), ("PORT", "-1")));
    }

    [Theory]
    [InlineData("pbm")]
    [InlineData("65536")]
    [InlineData("-2")]
    public void What_is_no_port_is_refused(string port) => Assert.StartsWith(
        $"kafka-backup.pbm.port is '{port}'.", Assert.Throws<BackupException>(() => Read(("PORT", port))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_in_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var e = await Assert.ThrowsAsync<BackupException>(() => TestNode.StartAlone(
            variables: new Dictionary<string, string>(StringComparer.Ordinal) { ["KAFKA_BACKUP_PBM_PORT"] = $"{port}" }));

        Assert.StartsWith($"Cannot listen on 127.0.0.1:{port} for pbm commands: Address already in use", e.Message, StringComparison.Ordinal);
    }

    private PbmSettings? Read(params (string Name, string Value)[] variables)
    {
        var environment = TestNode.Variables(_folder, "127.0.0.1:4053", "127.0.0.1:4053");
        environment.Remove("KAFKA_BACKUP_PBM_PORT");
        foreach (var (name, value) in variables)
        {
            environment[$"KAFKA_BACKUP_PBM_{name}"] = value;
        }

        return NodeSettings.Read(null, environment.GetValueOrDefault).Pbm;
    }
}
