namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What is known of certificates when a call fails, beyond what librdkafka says.</summary>
/// <param name="Expired">The client's certificate, when it has expired.</param>
/// <param name="ExpiredAuthorities">The authorities that are trusted, when all of them have expired.</param>
/// <param name="Broker">What a closer look at the broker's certificate has shown.</param>
internal sealed record CertificateFacts(ExpiredFile? Expired, ExpiredFile? ExpiredAuthorities, BrokerCertificate? Broker)
{
    /// <summary>The file that explains problems of the given kind, and has to be renewed.</summary>
    /// <remarks>
    /// Brokers tell their clients no dates: one that has closed the connection or ended TLS may have done so for that, too. Of one that is
    /// only away nothing is known.
    /// </remarks>
    public ExpiredFile? Culprit(SourceProblemKind kind) => kind switch
    {
        SourceProblemKind.ClientCertificate or SourceProblemKind.Tls or SourceProblemKind.Closed => Expired,
        SourceProblemKind.Certificate => ExpiredAuthorities,
        _ => null,
    };
}
