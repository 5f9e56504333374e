using Confluent.Kafka;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared.Configuration;
using SaslMechanism = KafkaBackup.Shared.Configuration.SaslMechanism;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Finds out, before anything is connected to, whether this machine has what a login needs.</summary>
internal static class LoginCheck
{
    /// <summary>What the client that speaks Kerberos was not built or loaded with, as an operator can mend it.</summary>
    private const string NoKerberos = "'GSSAPI' needs librdkafka with Cyrus SASL, and it was loaded without: install libsasl2 with its GSSAPI module (Debian, Ubuntu: libsasl2-2 and "
        + "libsasl2-modules-gssapi-mit; Red Hat: cyrus-sasl-lib and cyrus-sasl-gssapi). The library is looked for as libsasl2.so.3: where it is called libsasl2.so.2, as on Debian, "
        + "make a link of that name to it. Of Alpine Linux there is no such librdkafka.";

    private static readonly Lazy<bool> HasKerberos = new(TryKerberos);

    /// <summary>All that is missing; empty when a login can be tried.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="environment">Reads a variable of the environment.</param>
    /// <param name="hasKerberos">Whether librdkafka speaks Kerberos. Default: it is asked.</param>
    public static IEnumerable<ConfigurationProblem> Judge(KafkaSection cluster, Func<string, string?> environment, Func<bool>? hasKerberos = null)
    {
        if (!cluster.Security.IsSasl)
        {
            yield break;
        }

        if (cluster.Security.Mechanism == SaslMechanism.AwsMskIam && MskRegion.Of(cluster, environment) is null)
        {
            yield return Problem("sasl_aws_region", MskTokens.UnknownRegion);
        }

        if (cluster.Security.Mechanism == SaslMechanism.Gssapi && !(hasKerberos ?? (() => HasKerberos.Value))())
        {
            yield return Problem("sasl_mechanism", NoKerberos);
        }

        if (cluster.Security.Kerberos?.Keytab is { } keytab)
        {
            var problems = new List<ConfigurationProblem>();
            _ = NamedFiles.Read(keytab, message => problems.Add(Problem("sasl_kerberos_keytab", message)));
            if (!(environment("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "kinit"))))
            {
                problems.Add(Problem("sasl_kerberos_keytab", "needs the program kinit, which is not there: install it (Debian, Ubuntu: krb5-user; Red Hat: krb5-workstation)."));
            }

            foreach (var problem in problems)
            {
                yield return problem;
            }
        }

        ConfigurationProblem Problem(string key, string message) => new($"{cluster.Name}.security.{key}", null, null, message);
    }

    /// <summary>librdkafka tells of that only when a client is made; without addresses it connects to nobody.</summary>
    private static bool TryKerberos()
    {
        try
        {
            using var client = new AdminClientBuilder(new AdminClientConfig
            {
                SecurityProtocol = Confluent.Kafka.SecurityProtocol.SaslPlaintext,
                SaslMechanism = Confluent.Kafka.SaslMechanism.Gssapi,
                SaslKerberosMinTimeBeforeRelogin = 0,
            }).SetLogHandler((_, _) => { }).Build();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
