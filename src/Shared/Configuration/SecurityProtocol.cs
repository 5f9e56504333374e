namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source.security.security_protocol</c>: what a connection to a broker is made of.</summary>
public enum SecurityProtocol
{
    /// <summary>Neither encrypted nor authenticated.</summary>
    Plaintext,

    /// <summary>TLS; authenticated by a client certificate, if one is given.</summary>
    Ssl,

    /// <summary>SASL without encryption.</summary>
    SaslPlaintext,

    /// <summary>SASL over TLS.</summary>
    SaslSsl,
}
