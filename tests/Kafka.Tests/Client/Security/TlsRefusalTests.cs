using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>A server that says why it refuses the client: in the handshake with TLS 1.2, after it with TLS 1.3.</summary>
public sealed class TlsRefusalTests : IDisposable
{
    private static readonly DateTimeOffset Until = TimeProvider.System.GetUtcNow().AddYears(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-refusal-");
    private readonly X509Certificate2 _authority = IssuedCertificates.NewAuthority("authority", Until);

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private SecuritySection Showing => new()
    {
        Protocol = SecurityProtocol.Ssl,
        CaLocation = At("ca.pem"),
        CertificateLocation = At("client.pem"),
        KeyLocation = At("client.key"),
    };

    [SkippableTheory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_client_of_a_stranger_learns_that_it_is_refused(string version)
    {
        using var stranger = IssuedCertificates.NewAuthority("stranger", Until);
        Place("client", IssuedCertificates.Issue("client", Until, stranger));

        var failure = await RefusalAsync(Showing, version);

        Assert.StartsWith($"localhost does not accept the client certificate in '{At("client.pem")}': ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("alert unknown ca. Set ssl_certificate_location and ssl_key_location to ", failure.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Source, false, false), (failure.Kind, failure.IsRetryable, failure.EndsRun));
    }

    [SkippableTheory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_client_whose_certificate_has_expired_learns_that(string version)
    {
        var end = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        Place("client", IssuedCertificates.Issue("client", end, _authority));

        var failure = await RefusalAsync(Showing, version);

        Assert.StartsWith(
            $"The client certificate in '{At("client.pem")}' has expired: it was valid until {end:yyyy-MM-dd HH:mm:ss} UTC. localhost refuses it: ",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal((FailureKind.Source, false, true), (failure.Kind, failure.IsRetryable, failure.EndsRun));
    }

    [SkippableTheory]
    [InlineData("-tls1_2", "and whether it wants a client certificate (ssl_certificate_location).")]
    [InlineData("-tls1_3", "localhost wants a client certificate: ")]
    public async Task A_client_without_a_certificate_learns_that_it_needs_one(string version, string sentence)
    {
        var failure = await RefusalAsync(Showing with { CertificateLocation = null, KeyLocation = null }, version);

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public void Another_failure_is_no_refusal()
    {
        var channel = new TlsChannel(Showing, TimeProvider.System);

        Assert.Null(channel.Refusal(new IOException("Connection reset by peer"), "localhost"));
        Assert.Null(channel.Refusal(new BackupException(FailureKind.Source, "tlsv1 alert unknown ca"), "localhost"));
    }

    [Theory]
    [InlineData(-1, "has expired: it was valid until ")]
    [InlineData(60, null)]
    public void A_connection_that_only_breaks_is_taken_for_a_refusal_when_the_certificate_has_expired(int minutes, string? sentence)
    {
        Place("client", IssuedCertificates.Issue("client", TimeProvider.System.GetUtcNow().AddMinutes(minutes), _authority));

        var refusal = new TlsChannel(Showing, TimeProvider.System).Refusal(new IOException("", new SocketException((int)SocketError.ConnectionReset)), "localhost");

        Assert.Equal((sentence is not null, sentence is not null), (refusal is not null, refusal?.EndsRun ?? false));
        Assert.Contains(sentence ?? "", refusal?.Message ?? "", StringComparison.Ordinal);
    }

    /// <summary>Connects, and reads the first answer as a client does that has sent its first request.</summary>
    private async Task<BackupException> RefusalAsync(SecuritySection security, string version)
    {
        Place("server", IssuedCertificates.Issue("server", Until, _authority));
        await File.WriteAllTextAsync(At("ca.pem"), _authority.ExportCertificatePem());
        using var server = await OpenSslServer.StartDemandingOrSkipAsync(At("server.pem"), At("server.key"), At("ca.pem"), version);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        var channel = new TlsChannel(security, TimeProvider.System);
        try
        {
            var inner = new NetworkStream(socket, ownsSocket: true);
            await using var stream = await channel.AuthenticateAsync(inner, "localhost", CancellationToken.None);
            var failure = await Assert.ThrowsAsync<IOException>(() => stream.ReadExactlyAsync(new byte[1]).AsTask());
            return Assert.IsType<BackupException>(channel.Refusal(failure, "localhost"));
        }
        catch (BackupException e)
        {
            return e;
        }
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void Place(string name, (string Certificate, string Key) pair)
    {
        File.WriteAllText(At(name + ".pem"), pair.Certificate);
        File.WriteAllText(At(name + ".key"), pair.Key);
    }
}
