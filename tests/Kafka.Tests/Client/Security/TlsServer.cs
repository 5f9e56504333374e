using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>Serves one TLS connection, and sends back the one byte that it gets.</summary>
internal sealed class TlsServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    private TlsServer(SslServerAuthenticationOptions options)
    {
        _listener.Start();
        Served = ServeAsync(options);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The subject of the client's certificate, or that there was none; fails when the connection does.</summary>
    public Task<string?> Served { get; }

    /// <summary>Shows a certificate, and those given besides.</summary>
    public static TlsServer Start((string Certificate, string Key) pair, params X509Certificate2[] above) => new(Options(pair, above));

    /// <summary>The same, and wants a client certificate that leads to an authority by what the client sends along.</summary>
    public static TlsServer StartDemanding((string Certificate, string Key) pair, X509Certificate2 clientAuthority)
    {
        var options = Options(pair, []);
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificate(clientAuthority.RawData) },
        };
        return new TlsServer(options);
    }

    public void Dispose() => _listener.Dispose();

    private static SslServerAuthenticationOptions Options((string Certificate, string Key) pair, X509Certificate2[] above) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPem(pair.Certificate, pair.Key),
            [.. above.Select(one => X509CertificateLoader.LoadCertificate(one.RawData))],
            offline: true),
    };

    private async Task<string?> ServeAsync(SslServerAuthenticationOptions options)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(options);
        var buffer = new byte[1];
        await stream.ReadExactlyAsync(buffer);
        await stream.WriteAsync(buffer);
        return stream.RemoteCertificate?.Subject;
    }
}
