namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source.security.sasl_mechanism</c>: how the user is proven.</summary>
public enum SaslMechanism
{
    /// <summary>User and password as they are.</summary>
    Plain,

    /// <summary>SCRAM with SHA-256. OSO's spelling <c>SCRAM-SHA256</c> is read as well.</summary>
    ScramSha256,

    /// <summary>SCRAM with SHA-512. OSO's spelling <c>SCRAM-SHA512</c> is read as well.</summary>
    ScramSha512,

    /// <summary>A token that a token endpoint gives to client id and secret (OAuth 2.0 client credentials, RFC 6749 4.4).</summary>
    OAuthBearer,

    /// <summary>A token of OAUTHBEARER that is a request to MSK, signed with credentials of AWS.</summary>
    AwsMskIam,

    /// <summary>Kerberos.</summary>
    Gssapi,
}
