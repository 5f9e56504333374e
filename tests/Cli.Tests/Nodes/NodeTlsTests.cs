using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Tests.Pbm;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>Nodes that know each other by certificates.</summary>
public sealed class NodeTlsTests : IDisposable
{
    private static readonly DateTimeOffset Until = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("node-tls-").FullName;
    private readonly X509Certificate2 _authority = IssuedCertificates.NewAuthority("nodes", Until);

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Nodes_with_certificates_of_one_authority_form_a_cluster_and_others_are_not_let_in()
    {
        await using var first = await TestNode.StartAsync(variables: Certificate("first", _authority));
        await using var second = await TestNode.StartAsync(seed: first.Name, variables: Certificate("second", _authority));
        Assert.Contains(await first.AskAsync("cluster", "show"), line => line.StartsWith($"akka.ssl.tcp://KafkaBackup@{second.Name} |", StringComparison.Ordinal));

        using var others = IssuedCertificates.NewAuthority("others", Until);
        var foreign = Certificate("stranger", others);
        foreign["KAFKA_BACKUP_TLS_CA"] = Certificate("first", _authority)["KAFKA_BACKUP_TLS_CA"];
        await using var stranger = await TestNode.StartAlone(seed: first.Name, variables: foreign);
        Assert.Contains("the certificate 'CN=stranger'", await first.LoggedAsync("Refused "), StringComparison.Ordinal);
        Assert.Equal("Count: 0 nodes", (await stranger.AskAsync("cluster", "show"))[^1]);

        await using var plain = await TestNode.StartAlone(seed: first.Name);
        await first.LoggedAsync("not an SSL/TLS record");
        Assert.Equal("Count: 0 nodes", (await plain.AskAsync("cluster", "show"))[^1]);
        Assert.Equal("Count: 2 nodes", (await first.AskAsync("cluster", "show"))[^1]);
    }

    [Fact]
    public void Certificates_behind_a_nodes_own_lead_to_the_authority_by_which_others_are_checked()
    {
        using var below = IssuedCertificates.NewAuthority("below", Until, _authority);
        var files = Certificate("first", below);
        files["KAFKA_BACKUP_TLS_CA"] = Certificate("root", _authority)["KAFKA_BACKUP_TLS_CA"];
        using var other = X509Certificate2.CreateFromPem(IssuedCertificates.Issue("second", Until, below).Certificate);
        var refused = new List<string>();

        Assert.False(IsTrusted(files, other, refused));
        Assert.StartsWith("Refused peer with the certificate 'CN=second': ", Assert.Single(refused), StringComparison.Ordinal);

        File.AppendAllText(files["KAFKA_BACKUP_TLS_CERTIFICATE"], "\n" + below.ExportCertificatePem());
        Assert.True(IsTrusted(files, other, refused));
    }

    private bool IsTrusted(Dictionary<string, string> files, X509Certificate2 certificate, List<string> refused)
    {
        var variables = TestNode.Variables(_folder, "127.0.0.1:4053", "127.0.0.1:4053", files);
        var setup = NodeSettings.Read(null, variables.GetValueOrDefault).Tls!.ToSetup(refused.Add);
        return setup.CustomValidator!(certificate, null, "peer", System.Net.Security.SslPolicyErrors.None, null!);
    }

    [Fact]
    public void One_file_of_the_three_is_not_enough() => AssertRefused(
        ["kafka-backup.tls.certificate and kafka-backup.tls.key are not set. TLS between nodes needs certificate, key and ca, all three."],
        new(StringComparer.Ordinal) { ["KAFKA_BACKUP_TLS_CA"] = Certificate("node", _authority)["KAFKA_BACKUP_TLS_CA"] });

    [Fact]
    public void Files_that_are_not_there_or_hold_something_else_are_named()
    {
        var files = Certificate("node", _authority);
        var other = Certificate("other", _authority);
        AssertRefused(
            [$"kafka-backup.tls.ca: there is no certificate in '{files["KAFKA_BACKUP_TLS_KEY"]}'. It has to be in PEM format."],
            With("KAFKA_BACKUP_TLS_CA", files["KAFKA_BACKUP_TLS_KEY"]));
        AssertRefused(["kafka-backup.tls.certificate: '/nowhere' cannot be read"], With("KAFKA_BACKUP_TLS_CERTIFICATE", "/nowhere"));
        AssertRefused([$"kafka-backup.tls.key: '{other["KAFKA_BACKUP_TLS_KEY"]}' holds no key"], With("KAFKA_BACKUP_TLS_KEY", other["KAFKA_BACKUP_TLS_KEY"]));

        Dictionary<string, string> With(string variable, string value) => new(files, StringComparer.Ordinal) { [variable] = value };
    }

    [Fact]
    public void A_certificate_of_the_past_is_refused_at_the_start() => AssertRefused(
        ["kafka-backup.tls.certificate: the certificate in '", "ended on 2020-01-01 00:00:00Z."],
        Certificate("late", _authority, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    private static void AssertRefused(IReadOnlyList<string> parts, Dictionary<string, string> tls)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"never-made-{Guid.NewGuid():N}");
        var variables = TestNode.Variables(folder, "127.0.0.1:4053", "127.0.0.1:4053", tls);

        var refused = Assert.Throws<BackupException>(() => NodeSettings.Read(null, variables.GetValueOrDefault));

        Assert.Equal(FailureKind.Configuration, refused.Kind);
        Assert.All(parts, part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(folder));
    }

    private Dictionary<string, string> Certificate(string subject, X509Certificate2 authority, DateTimeOffset? until = null)
    {
        var (certificate, key) = IssuedCertificates.Issue(subject, until ?? Until, authority);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_TLS_CERTIFICATE"] = Write($"{subject}.crt", certificate),
            ["KAFKA_BACKUP_TLS_KEY"] = Write($"{subject}.key", key),
            ["KAFKA_BACKUP_TLS_CA"] = Write($"{subject}-ca.crt", authority.ExportCertificatePem()),
        };
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
