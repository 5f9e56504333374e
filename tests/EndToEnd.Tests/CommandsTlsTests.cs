using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>How commands are told by which authorities they know a node.</summary>
public sealed class CommandsTlsTests : IDisposable
{
    private static readonly DateTimeOffset Until = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kafka-backup-tls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task By_an_option_or_a_variable_and_without_either_the_hint_is_given()
    {
        using var authority = IssuedCertificates.NewAuthority("commands", Until);
        var (certificate, key) = IssuedCertificates.Issue("node", Until, authority);
        var ca = Write("ca", authority.ExportCertificatePem());
        using var cluster = new TestCluster(1, _ => new Dictionary<string, string>
        {
            ["KAFKA_BACKUP_COMMANDS_TLS_CERTIFICATE"] = Write("certificate", certificate),
            ["KAFKA_BACKUP_COMMANDS_TLS_KEY"] = Write("key", key),
        });
        cluster.Nodes[0].Start();
        string[] command = ["cluster", "members", "--cluster", cluster.Addresses];

        await cluster.Nodes[0].Run.WaitForAsync(async () => (await CliRun.RunAsync([.. command, "--ca", ca])).ExitCode == 0);
        using var byVariable = CliRun.StartWith(new Dictionary<string, string> { ["KAFKA_BACKUP_CA"] = ca }, _folder.FullName, command);
        (await byVariable.FinishAsync()).AssertExit(0);
        (await CliRun.RunAsync(command)).AssertExit(1).AssertSays("If they speak TLS, give --ca");
        (await CliRun.RunAsync([.. command, "--ca", "system"])).AssertExit(1).AssertSays("certificates of --ca");
        (await CliRun.RunAsync("backup", "-c", "backup.yaml", "--ca", ca)).AssertExit(2).AssertSays("--ca goes with --cluster");
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name + ".pem");
        File.WriteAllText(path, content);
        return path;
    }
}
