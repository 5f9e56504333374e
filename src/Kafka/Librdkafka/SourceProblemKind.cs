namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What kind of thing keeps a client from its brokers; of several, the later one here is told.</summary>
internal enum SourceProblemKind
{
    /// <summary>Refused, unknown, silent: a broker that is being restarted looks like this, too.</summary>
    Unreachable,

    /// <summary>The broker closed the connection before it had served anything: it may expect another protocol, or be on its way down.</summary>
    Closed,

    /// <summary>The token endpoint could not be reached, or failed itself.</summary>
    TokenUnavailable,

    /// <summary>TLS failed for another reason than a certificate.</summary>
    Tls,

    /// <summary>The broker's certificate does not hold: authority, name or date.</summary>
    Certificate,

    /// <summary>The broker does not take the client's certificate, or misses one.</summary>
    ClientCertificate,

    /// <summary>The token endpoint refused.</summary>
    TokenRefused,

    /// <summary>The broker does not know the SASL mechanism, or no SASL at all.</summary>
    Mechanism,

    /// <summary>User, password or token are wrong.</summary>
    Login,
}
