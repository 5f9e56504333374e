using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

public sealed partial class TlsChannelTests : IDisposable
{
    private static readonly DateTimeOffset Until = TimeProvider.System.GetUtcNow().AddYears(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-channel-");
    private readonly X509Certificate2 _authority = IssuedCertificates.NewAuthority("authority", Until);
    private readonly FakeTimeProvider _clock = new(Until.AddDays(-1));

    public TlsChannelTests() => Place("ca.pem", _authority.ExportCertificatePem());

    private SecuritySection Trusting => new() { Protocol = SecurityProtocol.Ssl, CaLocation = At("ca.pem") };

    private SecuritySection Showing => Trusting with { CertificateLocation = At("client.pem"), KeyLocation = At("client.key") };

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_broker_of_a_trusted_authority_is_spoken_with(string host)
    {
        using var server = TlsServer.Start(Issue());

        Assert.Null(await TalkAsync(Trusting, server, host));
    }

    [Fact]
    public async Task Each_authority_of_the_file_is_trusted()
    {
        using var other = IssuedCertificates.NewAuthority("other", Until);
        Place("ca.pem", other.ExportCertificatePem() + "\n" + _authority.ExportCertificatePem());
        using var server = TlsServer.Start(Issue());

        Assert.Null(await TalkAsync(Trusting, server));
    }

    [Fact]
    public async Task A_certificate_that_signed_itself_is_trusted_when_it_is_in_the_file()
    {
        var pair = IssuedCertificates.Issue("broker", Until);
        Place("ca.pem", pair.Certificate);
        using var server = TlsServer.Start(pair);

        Assert.Null(await TalkAsync(Trusting, server));
    }

    [Fact]
    public async Task What_leads_to_the_authority_is_taken_from_the_broker()
    {
        using var between = IssuedCertificates.NewAuthority("between", Until, _authority);
        var pair = IssuedCertificates.Issue("broker", Until, between);
        using var whole = TlsServer.Start(pair, between);
        using var lacking = TlsServer.Start(pair);

        Assert.Null(await TalkAsync(Trusting, whole));
        await AssertRefusedAsync(Trusting, lacking, "localhost",
            "The certificate of localhost does not hold: it was signed by 'CN=between', which ");
    }

    [Fact]
    public async Task A_broker_of_a_stranger_is_refused()
    {
        using var stranger = IssuedCertificates.NewAuthority("stranger", Until);
        using var server = TlsServer.Start(IssuedCertificates.Issue("broker", Until, stranger));

        await AssertRefusedAsync(Trusting, server, "localhost",
            "The certificate of localhost does not hold: it was signed by 'CN=stranger', "
            + $"which '{At("ca.pem")}' does not hold. Set ssl_ca_location ");
    }

    [Fact]
    public async Task A_stranger_with_the_name_of_the_authority_is_refused()
    {
        using var stranger = IssuedCertificates.NewAuthority("authority", Until);
        using var server = TlsServer.Start(IssuedCertificates.Issue("broker", Until, stranger), stranger);

        await AssertRefusedAsync(Trusting, server, "localhost", "The certificate of localhost does not hold: ");
    }

    [Fact]
    public async Task Without_a_file_what_the_system_does_not_trust_is_refused()
    {
        using var server = TlsServer.Start(Issue());

        await AssertRefusedAsync(new SecuritySection { Protocol = SecurityProtocol.Ssl }, server, "localhost",
            "The certificate of localhost does not hold: it was signed by 'CN=authority', which this system does not trust. ");
    }

    [Theory]
    [InlineData("broker.example")]
    [InlineData("127.0.0.2")]
    [InlineData("[::1]")]
    public async Task A_broker_of_another_name_is_refused(string host)
    {
        using var server = TlsServer.Start(Issue());

        await AssertRefusedAsync(Trusting, server, host,
            $"The certificate of {host} does not hold: it is for localhost, 127.0.0.1, not for {host.Trim('[', ']')}. ");
    }

    [Fact]
    public async Task A_broker_whose_certificate_has_expired_is_refused()
    {
        var end = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        using var server = TlsServer.Start(IssuedCertificates.Issue("broker", end, _authority));

        await AssertRefusedAsync(Trusting, server, "localhost",
            "The certificate of localhost does not hold: it, or an authority of it, is valid from "
            + $"{end.AddYears(-30).ToLocalTime():yyyy-MM-dd} to {end.ToLocalTime():yyyy-MM-dd} only");
    }

    [Fact]
    public async Task A_certificate_that_was_made_for_clients_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using var server = TlsServer.Start((Sign(request), key.ExportPkcs8PrivateKeyPem()));

        await AssertRefusedAsync(Trusting, server, "localhost",
            "The certificate of localhost does not hold: it, or an authority of it, is not fit for this (NotValidForUsage). ");
    }

    [Fact]
    public async Task A_renewed_file_is_used_for_the_next_connection()
    {
        var channel = new TlsChannel(Trusting, _clock);
        using var next = IssuedCertificates.NewAuthority("next", Until);
        using var first = TlsServer.Start(Issue());
        using var second = TlsServer.Start(IssuedCertificates.Issue("broker", Until, next));

        await TalkAsync(channel, first, "localhost");
        Place("ca.pem", next.ExportCertificatePem());
        await TalkAsync(channel, second, "localhost");
    }

    [Fact]
    public async Task A_listener_that_closes_the_connection_is_told_of_and_may_come_back()
    {
        using var listener = Listen();
        var connecting = ConnectAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        (await listener.AcceptTcpClientAsync()).Dispose();

        var failure = await Assert.ThrowsAsync<BackupException>(async () =>
            await new TlsChannel(Trusting, _clock).AuthenticateAsync(await connecting, "localhost", CancellationToken.None));

        Assert.StartsWith("localhost closed the connection in the TLS handshake, as a listener ", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsRetryable);
    }

    [Fact]
    public async Task A_listener_that_does_not_speak_tls_is_told_of()
    {
        using var listener = Listen();
        var connecting = ConnectAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync("220 mail.example\r\n"u8.ToArray());

        var failure = await Assert.ThrowsAsync<BackupException>(async () =>
            await new TlsChannel(Trusting, _clock).AuthenticateAsync(await connecting, "localhost", CancellationToken.None));

        Assert.StartsWith("TLS with localhost fails: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(". Check the port in bootstrap_servers and security_protocol, and whether ", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_closes_the_connection()
    {
        using var cancellation = new CancellationTokenSource();
        using var listener = Listen();
        var connecting = ConnectAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync();
        var handshake = new TlsChannel(Trusting, _clock).AuthenticateAsync(await connecting, "localhost", cancellation.Token);
        var hello = new byte[16 * 1024];
        Assert.NotEqual(0, await client.GetStream().ReadAsync(hello));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake);
        Assert.Equal(0, await client.GetStream().ReadAsync(hello).AsTask().WaitAsync(TestLimits.Hang));
    }

    private (string Certificate, string Key) Issue(string subject = "broker") => IssuedCertificates.Issue(subject, Until, _authority);

    /// <summary>Talks, both ways.</summary>
    /// <returns>The subject of the certificate that the server has seen.</returns>
    private Task<string?> TalkAsync(SecuritySection security, TlsServer server, string host = "localhost") =>
        TalkAsync(new TlsChannel(security, _clock), server, host);

    private static async Task<string?> TalkAsync(TlsChannel channel, TlsServer server, string host)
    {
        await using var stream = await channel.AuthenticateAsync(await ConnectAsync(server.Port), host, CancellationToken.None);
        await stream.WriteAsync(new byte[] { 7 });
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer);
        Assert.Equal(7, answer[0]);
        return await server.Served;
    }

    private async Task AssertRefusedAsync(SecuritySection security, TlsServer server, string host, string sentence)
    {
        var failure = await AssertFailsAsync(security, server, host, sentence);
        Assert.False(failure.IsRetryable);
        await Assert.ThrowsAnyAsync<Exception>(() => server.Served);
    }

    private async Task<BackupException> AssertFailsAsync(SecuritySection security, TlsServer server, string host, string sentence)
    {
        var failure = await Assert.ThrowsAsync<BackupException>(() => TalkAsync(security, server, host));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Source, failure.Kind);
        return failure;
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void Place(string name, string content) => IssuedCertificates.Place(At(name), content);
}
