using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing;
using Xunit;
using SecurityProtocol = KafkaBackup.Shared.Configuration.SecurityProtocol;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Certificate files that librdkafka does not take.</summary>
public sealed class UnusableFilesTests : IDisposable
{
    private static readonly DateTimeOffset Future = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unusable-files-");
    private readonly ClientErrors _errors = new(TimeProvider.System);
    private readonly KafkaClients _clients;

    public UnusableFilesTests()
    {
        Place("client.pem", "client.key");
        var security = new SecuritySection
        {
            Protocol = SecurityProtocol.Ssl,
            CertificateLocation = At("client.pem"),
            KeyLocation = At("client.key"),
        };
        _clients = TestClients.For("127.0.0.1:1", security: security);
    }

    public void Dispose()
    {
        _errors.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void From_the_start_they_are_a_fault_of_the_configuration()
    {
        Place("client.pem", "other.key");

        var failure = Assert.Throws<BackupException>(NewClient);

        Assert.Equal((FailureKind.Configuration, false, false), (failure.Kind, failure.IsRetryable, failure.EndsRun));
    }

    [Fact]
    public void Under_a_run_they_may_be_replaced_at_this_moment_and_end_it_only_when_it_lasts()
    {
        NewClient();
        Place("client.pem", "other.key");

        var failure = Assert.Throws<BackupException>(NewClient);
        Assert.Equal((FailureKind.Source, true, true), (failure.Kind, failure.IsRetryable, failure.EndsRun));
        Assert.StartsWith("No further Kafka client can be set up as source.security says: ", failure.Message, StringComparison.Ordinal);

        Place("client.pem", "client.key");
        NewClient();
    }

    private void NewClient() => _clients.CreateAdmin(_errors, static _ => { }).Dispose();

    private void Place(string certificateFile, string keyFile)
    {
        var (certificate, key) = IssuedCertificates.Issue("client", Future);
        IssuedCertificates.Place(At(certificateFile), certificate);
        IssuedCertificates.Place(At(keyFile), key);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
