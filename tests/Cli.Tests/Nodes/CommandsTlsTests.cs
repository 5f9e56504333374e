using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Pbm;
using KafkaBackup.Cli.Tests.Pbm;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>TLS at both ports for commands.</summary>
public sealed class CommandsTlsTests : IDisposable
{
    private static readonly DateTimeOffset Until = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("commands-tls-").FullName;
    private readonly X509Certificate2 _authority = IssuedCertificates.NewAuthority("commands", Until);

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Who_knows_the_authority_is_answered_at_both_ports_and_nobody_in_the_clear()
    {
        await using var node = await TestNode.StartAsync(variables: Certificate());
        var (trust, address) = (ClusterTrust.Read(File("ca", _authority.ExportCertificatePem())), $"localhost:{node.Http.Port}");

        using var client = new ClusterClient(address, null, trust);
        Assert.Equal(node.Address, Assert.Single(await client.GetMembersAsync(CancellationToken.None)).Address);
        Assert.Equal("Count: 1 nodes", await LastAsync(node, trust));

        using var clear = new ClusterClient(address, null, null);
        await Assert.ThrowsAsync<ClusterAwayException>(() => clear.GetMembersAsync(CancellationToken.None));
        await Assert.ThrowsAnyAsync<BackupException>(() => LastAsync(node, null));
    }

    [Fact]
    public async Task A_node_that_is_not_signed_by_the_authority_or_has_another_name_is_not_spoken_to()
    {
        await using var node = await TestNode.StartAsync(variables: Certificate());
        using var others = IssuedCertificates.NewAuthority("others", Until);
        var foreign = ClusterTrust.Read(File("others", others.ExportCertificatePem()));

        using var client = new ClusterClient($"localhost:{node.Http.Port}", null, foreign);
        Assert.Contains("certificates of --ca", (await Assert.ThrowsAsync<ClusterAwayException>(() => client.GetMembersAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Contains("certificate of --ca", (await Assert.ThrowsAsync<ClusterAwayException>(() => LastAsync(node, foreign))).Message, StringComparison.Ordinal);

        var trust = ClusterTrust.Read(File("ca", _authority.ExportCertificatePem()));
        await Assert.ThrowsAsync<ClusterAwayException>(() => LastAsync(node, trust, "127.0.0.2"));
        Assert.Equal("Count: 1 nodes", await LastAsync(node, trust)); // And goes on answering.
    }

    [Theory]
    [InlineData("KAFKA_BACKUP_COMMANDS_TLS_KEY", null, "kafka-backup.commands-tls.key is not set")]
    [InlineData("KAFKA_BACKUP_COMMANDS_TLS_CERTIFICATE", null, "kafka-backup.commands-tls.certificate is not set")]
    [InlineData("KAFKA_BACKUP_COMMANDS_TLS_CERTIFICATE", "/nowhere", "kafka-backup.commands-tls.certificate: '/nowhere' cannot be read")]
    [InlineData("KAFKA_BACKUP_BOOTSTRAP_SERVICE", "nodes", "kafka-backup.bootstrap.service and kafka-backup.commands-tls are both set")]
    public void What_is_wrong_or_does_not_go_together_is_told(string variable, string? value, string part)
    {
        var variables = TestNode.Variables(_folder, "127.0.0.1:4053", "127.0.0.1:4053", Certificate());
        variables[variable] = value ?? "";

        var refused = Assert.Throws<BackupException>(() => NodeSettings.Read(null, variables.GetValueOrDefault));

        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_certificates_is_no_authority()
    {
        var file = File("key", Certificate()["KAFKA_BACKUP_COMMANDS_TLS_KEY"]);

        Assert.Contains($"--ca: there is no certificate in '{file}'", Assert.Throws<BackupException>(() => ClusterTrust.Read(file)).Message, StringComparison.Ordinal);
        Assert.Contains("--ca: '/nowhere' cannot be read", Assert.Throws<BackupException>(() => ClusterTrust.Read("/nowhere")).Message, StringComparison.Ordinal);
        Assert.NotNull(ClusterTrust.Read("system"));
    }

    private static async Task<string> LastAsync(TestNode node, ClusterTrust? trust, string host = "127.0.0.1")
    {
        var output = new StringWriter();
        var client = new PbmClient(new PbmAddress(host, node.Pbm.Port), null, trust, TestLimits.Hang);
        await PbmOutput.WriteAsync(client, ["cluster", "show"], asJson: false, output, CancellationToken.None);
        return output.ToString().TrimEnd().Split(Environment.NewLine)[^1];
    }

    private Dictionary<string, string> Certificate()
    {
        var (certificate, key) = IssuedCertificates.Issue("node", Until, _authority);
        return new(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_COMMANDS_TLS_CERTIFICATE"] = File("certificate", certificate),
            ["KAFKA_BACKUP_COMMANDS_TLS_KEY"] = File("key", key),
        };
    }

    private string File(string name, string content)
    {
        var path = Path.Combine(_folder, name + ".pem");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
