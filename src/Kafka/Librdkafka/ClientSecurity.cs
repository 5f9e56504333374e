using Confluent.Kafka;
using KafkaBackup.Shared.Configuration;
using ClientMechanism = Confluent.Kafka.SaslMechanism;
using ClientProtocol = Confluent.Kafka.SecurityProtocol;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Sets librdkafka clients up to get in at the brokers.</summary>
internal static class ClientSecurity
{
    /// <summary>The settings of <see cref="SecuritySection"/> under librdkafka's names.</summary>
    /// <remarks>Without an authority of one's own librdkafka looks for the system's bundle by itself, in the places of all distributions.</remarks>
    /// <exception cref="IOException">A file with a name or a password cannot be read, or holds none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static void Apply(ClientConfig config, SecuritySection security)
    {
        config.SecurityProtocol = security.Protocol switch
        {
            Shared.Configuration.SecurityProtocol.Ssl => ClientProtocol.Ssl,
            Shared.Configuration.SecurityProtocol.SaslPlaintext => ClientProtocol.SaslPlaintext,
            Shared.Configuration.SecurityProtocol.SaslSsl => ClientProtocol.SaslSsl,
            _ => ClientProtocol.Plaintext,
        };
        if (security.IsTls)
        {
            config.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.Https;
            config.SslCaLocation = security.CaLocation;
            config.SslCertificateLocation = security.CertificateLocation;
            config.SslKeyLocation = security.KeyLocation;
            config.SslKeyPassword = security.KeyPassword;
        }

        if (security.IsSasl)
        {
            config.SaslMechanism = security.Mechanism switch
            {
                Shared.Configuration.SaslMechanism.ScramSha256 => ClientMechanism.ScramSha256,
                Shared.Configuration.SaslMechanism.ScramSha512 => ClientMechanism.ScramSha512,
                Shared.Configuration.SaslMechanism.OAuthBearer or Shared.Configuration.SaslMechanism.AwsMskIam => ClientMechanism.OAuthBearer,
                Shared.Configuration.SaslMechanism.Gssapi => ClientMechanism.Gssapi,
                _ => ClientMechanism.Plain,
            };
            config.SaslUsername = security.UsernameFile is { } user ? ReadLine(user) : security.Username;
            config.SaslPassword = security.PasswordFile is { } file ? ReadLine(file) : security.Password;
        }

        if (security.Kerberos is { } kerberos)
        {
            config.SaslKerberosServiceName = kerberos.ServiceName;
            config.SaslKerberosPrincipal = kerberos.Principal;
            config.SaslKerberosKeytab = kerberos.Keytab;
            if (kerberos.Keytab is null)
            {
                config.SaslKerberosMinTimeBeforeRelogin = 0; // Whoever keeps the ticket cache fresh does: no kinit is called.
            }
        }

        if (security.OAuth is { } oauth)
        {
            config.SaslOauthbearerMethod = SaslOauthbearerMethod.Oidc;
            config.SaslOauthbearerTokenEndpointUrl = oauth.TokenEndpointUrl;
            config.SaslOauthbearerClientId = oauth.ClientId;
            config.SaslOauthbearerClientSecret = oauth.ClientSecret;
            config.SaslOauthbearerScope = oauth.Scope;
            if (SystemTrust.BundlePath(Environment.GetEnvironmentVariable) is { } bundle)
            {
                config.Set("https.ca.location", bundle);
            }
        }
    }

    private static string ReadLine(string path) =>
        SecretFiles.LineOf(File.ReadAllText(path)) ?? throw new IOException($"The file '{path}' has to hold a name or a password, in one line.");
}
