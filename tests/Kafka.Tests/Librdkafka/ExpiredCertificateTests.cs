using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;
using SecurityProtocol = KafkaBackup.Shared.Configuration.SecurityProtocol;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>What is said, and whether it ends a continuous run, when files of <c>source.security</c> hold nothing valid any more.</summary>
public sealed class ExpiredCertificateTests
{
    private static readonly DateTimeOffset Until = new(2026, 3, 1, 13, 0, 0, TimeSpan.Zero);
    private static readonly ExpiredFile Certificate = new("/pki/client.pem", Until);
    private static readonly ExpiredFile Authorities = new("/pki/ca.pem", Until);

    [Theory]
    [InlineData(SourceProblemKind.ClientCertificate)]
    [InlineData(SourceProblemKind.Closed)]
    [InlineData(SourceProblemKind.Tls)]
    public void A_client_certificate_that_has_expired_is_named_with_the_end_of_its_validity(object kind)
    {
        var failure = Failure((SourceProblemKind)kind, new CertificateFacts(Certificate, Authorities, null));

        Assert.Equal((FailureKind.Source, true), (failure.Kind, failure.EndsRun));
        Assert.StartsWith(
            "Cannot read: the client certificate in '/pki/client.pem' has expired: it was valid until 2026-03-01 13:00:00Z. b:9093: alert.",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Authorities_that_have_expired_are_named_with_the_end_of_their_validity()
    {
        var failure = Failure(SourceProblemKind.Certificate, new CertificateFacts(Certificate, Authorities, null));

        Assert.True(failure.EndsRun);
        Assert.StartsWith(
            "Cannot read: the authorities in '/pki/ca.pem' have expired: they were valid until 2026-03-01 13:00:00Z at the latest.",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SourceProblemKind.Unreachable)]
    [InlineData(SourceProblemKind.Login)]
    public void A_broker_that_is_away_or_refuses_a_login_does_so_for_no_certificate(object kind) =>
        Assert.False(Failure((SourceProblemKind)kind, new CertificateFacts(Certificate, Authorities, null)).EndsRun);

    [Theory]
    [InlineData(SourceProblemKind.ClientCertificate)]
    [InlineData(SourceProblemKind.Certificate)]
    public void A_certificate_that_is_refused_and_valid_ends_no_run(object kind) =>
        Assert.False(Failure((SourceProblemKind)kind, new CertificateFacts(null, null, null)).EndsRun);

    private static BackupException Failure(SourceProblemKind kind, CertificateFacts certificates)
    {
        var source = new KafkaSection
        {
            BootstrapServers = ["b:9093"],
            Security = new SecuritySection
            {
                Protocol = SecurityProtocol.Ssl,
                CertificateLocation = "/pki/client.pem",
                KeyLocation = "/pki/client.key",
            },
        };
        return new SourceFailures(source).Of(
            "Cannot read", new Error(ErrorCode.Local_AllBrokersDown), [new SourceProblem(kind, "b:9093", "alert")], certificates);
    }
}
