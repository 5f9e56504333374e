using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source.security</c>: how to get in at the brokers.</summary>
public sealed record SecuritySection
{
    /// <summary><c>security_protocol</c>. Default: PLAINTEXT.</summary>
    public SecurityProtocol Protocol { get; init; } = SecurityProtocol.Plaintext;

    /// <summary><c>sasl_mechanism</c>: required with a SASL protocol, and only there.</summary>
    public SaslMechanism? Mechanism { get; init; }

    /// <summary><c>sasl_username</c>: for PLAIN and SCRAM.</summary>
    public string? Username { get; init; }

    /// <summary><c>sasl_username_file</c>: a file with the user's name, in place of <see cref="Username"/>. Read anew when it changes.</summary>
    public string? UsernameFile { get; init; }

    /// <summary><c>sasl_password</c>: for PLAIN and SCRAM.</summary>
    public string? Password { get; init; }

    /// <summary><c>sasl_password_file</c>: a file with the password, in place of <see cref="Password"/>. Read anew when it changes.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The keys <c>sasl_oauth_…</c>: for OAUTHBEARER.</summary>
    public OAuthSection? OAuth { get; init; }

    /// <summary><c>sasl_aws_region</c>: for AWS_MSK_IAM. Default: that in the names of the brokers, or the environment's.</summary>
    public string? AwsRegion { get; init; }

    /// <summary>The keys <c>sasl_kerberos_…</c>: for GSSAPI.</summary>
    public KerberosSection? Kerberos { get; init; }

    /// <summary><c>ssl_ca_location</c>: PEM file with the authorities to trust. Default: those that the system trusts.</summary>
    public string? CaLocation { get; init; }

    /// <summary><c>ssl_certificate_location</c>: PEM file with the client's certificate; together with <see cref="KeyLocation"/> or not at all.</summary>
    public string? CertificateLocation { get; init; }

    /// <summary><c>ssl_key_location</c>: PEM file with the client's key.</summary>
    public string? KeyLocation { get; init; }

    /// <summary><c>ssl_key_password</c>: the password of that key, if it has one.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>Whether connections are encrypted.</summary>
    public bool IsTls => Protocol is SecurityProtocol.Ssl or SecurityProtocol.SaslSsl;

    /// <summary>Whether a user is proven by SASL.</summary>
    public bool IsSasl => Protocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl;

    private bool PrintMembers(StringBuilder text)
    {
        text.Append("Protocol = ").Append(Protocol).Append(", Mechanism = ").Append(Mechanism); // Never the secrets.
        return true;
    }
}
