using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>The section <c>source.security</c>: what goes together, and what does not.</summary>
public sealed class SecurityKeysTests
{
    private const string Password = "{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p}";

    /// <summary>The keys that are tried here.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        .. new[]
        {
            "security_protocol", "sasl_mechanism", "sasl_username", "sasl_username_file", "sasl_password", "sasl_password_file", "ssl_ca_location", "ssl_certificate_location", "ssl_key_location",
            "ssl_key_password", "sasl_oauth_token_endpoint_url", "sasl_oauth_client_id", "sasl_oauth_client_secret", "sasl_oauth_scope",
            "sasl_aws_region", "sasl_kerberos_service_name", "sasl_kerberos_principal", "sasl_kerberos_keytab",
        }.Select(name => $"source.security.{name}"),
    ];

    [Theory]
    [InlineData("PLAINTEXT", SecurityProtocol.Plaintext)]
    [InlineData("SSL", SecurityProtocol.Ssl)]
    public void A_protocol_without_SASL_needs_nothing_else(string name, SecurityProtocol expected) =>
        Assert.Equal(expected, Read($"{{security_protocol: {name}}}").Protocol);

    [Theory]
    [InlineData("SASL_PLAINTEXT", "PLAIN", SecurityProtocol.SaslPlaintext, SaslMechanism.Plain)]
    [InlineData("SASL_SSL", "SCRAM-SHA-256", SecurityProtocol.SaslSsl, SaslMechanism.ScramSha256)]
    [InlineData("SASL_SSL", "SCRAM-SHA-512", SecurityProtocol.SaslSsl, SaslMechanism.ScramSha512)]
    [InlineData("SASL_SSL", "SCRAM-SHA256", SecurityProtocol.SaslSsl, SaslMechanism.ScramSha256)]
    [InlineData("SASL_SSL", "SCRAM-SHA512", SecurityProtocol.SaslSsl, SaslMechanism.ScramSha512)]
    public void Mechanisms_are_read_in_both_spellings(string protocol, string mechanism, SecurityProtocol expectedProtocol, SaslMechanism expectedMechanism)
    {
        var section = Read($"{{security_protocol: {protocol}, sasl_mechanism: {mechanism}, sasl_username: u, sasl_password: p}}");

        Assert.Equal((expectedProtocol, expectedMechanism, "u", "p"), (section.Protocol, section.Mechanism, section.Username, section.Password));
    }

    [Fact]
    public void A_password_may_be_in_a_file()
    {
        var section = Read("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password_file: /run/secrets/p}");

        Assert.Equal((null, "/run/secrets/p"), (section.Password, section.PasswordFile));
    }

    [Fact]
    public void The_name_of_the_user_may_be_in_a_file_too()
    {
        var section = Read("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username_file: /run/secrets/u, sasl_password_file: /run/secrets/p}");

        Assert.Equal((null, "/run/secrets/u"), (section.Username, section.UsernameFile));
    }

    [Fact]
    public void A_token_is_got_with_id_and_secret()
    {
        var section = Read("{security_protocol: SASL_SSL, sasl_mechanism: OAUTHBEARER, sasl_oauth_token_endpoint_url: 'https://id/token', "
            + "sasl_oauth_client_id: c, sasl_oauth_client_secret: s, sasl_oauth_scope: kafka}");

        Assert.Equal(new OAuthSection { TokenEndpointUrl = "https://id/token", ClientId = "c", ClientSecret = "s", Scope = "kafka" }, section.OAuth);
    }

    [Fact]
    public void MSK_needs_nothing_else_and_may_be_told_a_region()
    {
        Assert.Equal((SaslMechanism.AwsMskIam, null), Read("{security_protocol: SASL_SSL, sasl_mechanism: AWS_MSK_IAM}") is var section ? (section.Mechanism, section.AwsRegion) : default);
        Assert.Equal("eu-west-3", Read("{security_protocol: SASL_SSL, sasl_mechanism: AWS_MSK_IAM, sasl_aws_region: eu-west-3}").AwsRegion);
    }

    [Fact]
    public void Kerberos_uses_a_ticket_that_is_there_or_gets_one()
    {
        Assert.Equal(new KerberosSection(), Read("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI}").Kerberos);
        Assert.Equal(
            new KerberosSection { ServiceName = "broker", Principal = "backup/host@REALM", Keytab = "/etc/backup.keytab" },
            Read("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_kerberos_service_name: broker, sasl_kerberos_principal: backup/host@REALM, sasl_kerberos_keytab: /etc/backup.keytab}").Kerberos);
    }

    [Fact]
    public void What_writes_to_a_target_speaks_no_Kerberos()
    {
        var restore = """
            mode: restore
            backup_id: nightly
            target:
              bootstrap_servers: ["kafka:9092"]
              security: {security_protocol: SASL_SSL, sasl_mechanism: GSSAPI}
            storage: {backend: filesystem, path: /backups}
            restore: {create_topics: true}
            """;

        var problem = Assert.Single(Assert.Throws<ConfigurationException>(() => ConfigurationLoader.ParseRestore(restore, "restore.yaml", _ => null)).Problems);

        Assert.Equal("target.security.sasl_mechanism", problem.Path);
        Assert.StartsWith("'GSSAPI' (Kerberos) is for sources only", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SaslMechanism.Plain, "PLAIN")]
    [InlineData(SaslMechanism.ScramSha256, "SCRAM-SHA-256")]
    [InlineData(SaslMechanism.ScramSha512, "SCRAM-SHA-512")]
    [InlineData(SaslMechanism.OAuthBearer, "OAUTHBEARER")]
    [InlineData(SaslMechanism.AwsMskIam, "AWS_MSK_IAM")]
    [InlineData(SaslMechanism.Gssapi, "GSSAPI")]
    public void A_mechanism_is_called_in_messages_as_in_the_file(SaslMechanism mechanism, string name) => Assert.Equal(name, SaslMechanismNames.NameOf(mechanism));

    [Fact]
    public void Certificates_are_files()
    {
        var section = Read("{security_protocol: SSL, ssl_ca_location: ca, ssl_certificate_location: crt, ssl_key_location: key, ssl_key_password: pw}");

        Assert.Equal(("ca", "crt", "key", "pw"), (section.CaLocation, section.CertificateLocation, section.KeyLocation, section.KeyPassword));
    }

    [Theory]
    [InlineData("{security_protocol: ssl}", "security_protocol", "must be PLAINTEXT or SSL or SASL_PLAINTEXT or SASL_SSL, not 'ssl'")]
    [InlineData("{security_protocol: SASL_SSL}", "sasl_mechanism", "is required")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u}", "sasl_password", "is required")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: SCRAM, sasl_username: u, sasl_password: p}", "sasl_mechanism",
        "must be PLAIN or SCRAM-SHA-256 or SCRAM-SHA-512 or OAUTHBEARER or AWS_MSK_IAM or GSSAPI, not 'SCRAM'")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: AWS_MSK_IAM, sasl_username: u}", "sasl_username", "is of no use with sasl_mechanism AWS_MSK_IAM; remove it")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: AWS_MSK_IAM, sasl_aws_region: 'us east'}", "sasl_aws_region", "must be the name of a region, such as us-east-1, not 'us east'")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p, sasl_aws_region: eu-1}", "sasl_aws_region",
        "is of no use without sasl_mechanism AWS_MSK_IAM")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: AWS-MSK-IAM}", "sasl_mechanism",
        "must be PLAIN or SCRAM-SHA-256 or SCRAM-SHA-512 or OAUTHBEARER or AWS_MSK_IAM or GSSAPI, not 'AWS-MSK-IAM'")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_password_file: f}", "sasl_password_file", "is of no use with sasl_mechanism GSSAPI; remove it")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_kerberos_principal: p}", "sasl_kerberos_principal",
        "needs the other one: give sasl_kerberos_principal and sasl_kerberos_keytab both, or neither to use a ticket that is there")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_kerberos_keytab: k}", "sasl_kerberos_keytab",
        "needs the other one: give sasl_kerberos_principal and sasl_kerberos_keytab both, or neither to use a ticket that is there")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_kerberos_principal: 'a; reboot', sasl_kerberos_keytab: k}", "sasl_kerberos_principal",
        "must consist of letters, digits and . _ - / @, not 'a; reboot'")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_kerberos_principal: a@R, sasl_kerberos_keytab: '/k$(reboot)'}", "sasl_kerberos_keytab",
        "must consist of letters, digits and . _ - / @ + = ,, not '/k$(reboot)'")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p, sasl_kerberos_service_name: kafka}", "sasl_kerberos_service_name",
        "is of no use without sasl_mechanism GSSAPI")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: GSSAPI, sasl_keytab_path: k}", "sasl_keytab_path",
        "belongs to Kerberos; here it is called sasl_kerberos_keytab, and goes with sasl_kerberos_principal")]
    [InlineData("{sasl_mechanism: AWS_MSK_IAM}", "sasl_mechanism", "is of no use without security_protocol SASL_PLAINTEXT or SASL_SSL")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p, sasl_password_file: f}", "sasl_password",
        "is of no use beside sasl_password_file: give one of them")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_username_file: f, sasl_password: p}", "sasl_username",
        "is of no use beside sasl_username_file: give one of them")]
    [InlineData("{sasl_username_file: f}", "sasl_username_file", "is of no use without security_protocol SASL_PLAINTEXT or SASL_SSL")]
    [InlineData("{sasl_password_file: f}", "sasl_password_file", "is of no use without security_protocol SASL_PLAINTEXT or SASL_SSL")]
    [InlineData("{sasl_password: p}", "sasl_password", "is of no use without security_protocol SASL_PLAINTEXT or SASL_SSL")]
    [InlineData("{security_protocol: SASL_PLAINTEXT, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p, ssl_ca_location: x}", "ssl_ca_location",
        "is of no use without security_protocol SSL or SASL_SSL")]
    [InlineData("{security_protocol: SSL, ssl_certificate_location: x}", "ssl_key_location", "is required")]
    [InlineData("{security_protocol: SSL, ssl_key_location: x}", "ssl_certificate_location", "is required")]
    [InlineData("{security_protocol: SSL, ssl_key_password: x}", "ssl_key_password", "is of no use without ssl_key_location")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p, sasl_oauth_scope: x}", "sasl_oauth_scope",
        "is of no use without sasl_mechanism OAUTHBEARER")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: OAUTHBEARER, sasl_oauth_token_endpoint_url: 'id/token', sasl_oauth_client_id: c, sasl_oauth_client_secret: s}",
        "sasl_oauth_token_endpoint_url", "must be an address that begins with http:// or https://, without user and password, not 'id/token'")]
    public void What_does_not_go_together_is_refused(string value, string key, string message)
    {
        var problem = Yaml.Problem(Yaml.With("source.security", value));

        Assert.Equal(($"source.security.{key}", message), (problem.Path, problem.Message));
    }

    [Fact]
    public void A_secret_is_not_printed() => Assert.DoesNotContain("Password = p", Read(Password).ToString(), StringComparison.Ordinal);

    private static SecuritySection Read(string value) => Yaml.Parse(Yaml.With("source.security", value)).Source.Security;
}
