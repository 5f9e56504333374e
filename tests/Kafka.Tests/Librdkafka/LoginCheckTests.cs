using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Kafka.Tests.Contracts;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>What a machine lacks for a login is told before anything is connected to.</summary>
public sealed class LoginCheckTests : IDisposable
{
    private static readonly SecuritySection Kerberos = new() { Protocol = SecurityProtocol.SaslSsl, Mechanism = SaslMechanism.Gssapi, Kerberos = new KerberosSection() };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("login-check-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_region_that_nothing_tells_is_asked_for()
    {
        var security = new SecuritySection { Protocol = SecurityProtocol.SaslSsl, Mechanism = SaslMechanism.AwsMskIam };

        Assert.Equal(
            ["source.security.sasl_aws_region: is required: neither the names of the brokers nor AWS_REGION tell in which region the cluster is."], Said(security));
        Assert.Empty(Said(security, ("AWS_REGION", "eu-1")));
        Assert.Empty(Said(security with { AwsRegion = "eu-1" }));
    }

    [Fact]
    public void A_librdkafka_that_does_not_speak_Kerberos_is_told_with_what_to_install()
    {
        var problem = Assert.Single(Said(Kerberos, hasKerberos: false));

        Assert.StartsWith("source.security.sasl_mechanism: 'GSSAPI' needs librdkafka with Cyrus SASL, and it was loaded without: install libsasl2", problem, StringComparison.Ordinal);
        Assert.Contains("libsasl2-modules-gssapi-mit", problem, StringComparison.Ordinal);
        Assert.Empty(Said(Kerberos, hasKerberos: true));
    }

    [Fact]
    public void Whether_it_speaks_Kerberos_is_what_a_client_finds_that_is_made()
    {
        using var errors = new ClientErrors(TimeProvider.System);
        var clients = TestClients.For("127.0.0.1:1", security: Kerberos);
        var failure = Record.Exception(() => clients.CreateAdmin(errors, static _ => { }).Dispose());

        Assert.Equal(failure is null, !LoginCheck.Judge(clients.Cluster, _ => null).Any());
        Assert.Equal(failure is null ? null : FailureKind.Configuration, (failure as BackupException)?.Kind);
    }

    [Fact]
    public void A_keytab_needs_to_be_there_and_a_program_that_reads_it()
    {
        var keytab = Path.Combine(_folder.FullName, "keytab");
        var security = Kerberos with { Kerberos = new KerberosSection { Principal = "p", Keytab = keytab } };

        Assert.Equal(
            [
                $"source.security.sasl_kerberos_keytab: the file '{keytab}' does not exist.",
                "source.security.sasl_kerberos_keytab: needs the program kinit, which is not there: install it (Debian, Ubuntu: krb5-user; Red Hat: krb5-workstation).",
            ],
            Said(security, hasKerberos: true));
        File.WriteAllText(keytab, "");
        File.WriteAllText(Path.Combine(_folder.FullName, "kinit"), "");
        Assert.Empty(Said(security, hasKerberos: true, variables: ("PATH", $"/none:{_folder.FullName}")));
    }

    [Fact]
    public void Records_are_read_by_librdkafka_where_only_it_can_log_in()
    {
        var named = TestClients.For("127.0.0.1:1", security: Kerberos, client: SourceClient.Native);
        Assert.Contains("'native' cannot log in with sasl_mechanism GSSAPI", Assert.Throws<BackupException>(named.CreateSource).Message, StringComparison.Ordinal);

        using var source = TestClients.For("127.0.0.1:1", security: Kerberos).CreateSource();
        Assert.IsType<KafkaRecordSource>(source);
    }

    private static IEnumerable<string> Said(SecuritySection security, params (string Name, string Value)[] variables) => Said(security, true, variables);

    private static IEnumerable<string> Said(SecuritySection security, bool hasKerberos, params (string Name, string Value)[] variables) => LoginCheck.Judge(
        new KafkaSection { BootstrapServers = ["host:1"], Security = security },
        name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault(),
        () => hasKerberos).Select(problem => problem.ToString());
}
