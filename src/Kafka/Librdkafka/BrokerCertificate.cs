using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What is wrong with a broker's certificate. librdkafka only says that it is, not whether authority, name or date are meant.</summary>
/// <param name="Objection">What is wrong, as part of a sentence.</param>
/// <param name="Advice">What to do, a sentence.</param>
internal sealed record BrokerCertificate(string Objection, string Advice)
{
    /// <summary>What helps against an authority that is not trusted.</summary>
    public const string AdviceOnTrust = "Set ssl_ca_location to a PEM file with the authority that signed it.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Connects once more, only to look at the certificate.</summary>
    /// <returns>Null when that shows nothing.</returns>
    public static async Task<BrokerCertificate?> ExamineAsync(string address, SecuritySection security, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        BrokerCertificate? found = null;
        try
        {
            var colon = address.LastIndexOf(':');
            var host = address[..colon].Trim('[', ']');
            using var client = new TcpClient();
            await client.ConnectAsync(host, int.Parse(address[(colon + 1)..]), patience.Token);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                CertificateChainPolicy = Policy(security),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    found = certificate is X509Certificate2 shown && errors != SslPolicyErrors.None ? Judge(shown, chain, errors, host, security) : null;
                    return false; // Nothing is to be said on this connection.
                },
            }, patience.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException or OperationCanceledException
            or CryptographicException or FormatException or ArgumentException)
        {
            // The callback has refused, or there is nothing to look at.
        }

        return found;
    }

    /// <summary>What a certificate is refused for; null when none of the errors is about what it says.</summary>
    public static BrokerCertificate? Judge(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors, string host, SecuritySection security)
    {
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return new BrokerCertificate($"it, or an authority of it, is valid from {shown.NotBefore:yyyy-MM-dd} to {shown.NotAfter:yyyy-MM-dd} only, or this machine's clock is wrong",
                "Renew it, or set the clock.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            && (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) == X509ChainStatusFlags.NoError)
        {
            return new BrokerCertificate($"it, or an authority of it, is not fit for this ({status})", "Have it made anew, for a server.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var truster = security.CaLocation is { } file ? $"'{file}' does not hold" : "this system does not trust";
            return new BrokerCertificate($"it was signed by '{shown.Issuer}', which {truster}", AdviceOnTrust);
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? new BrokerCertificate($"it is for {Names(shown)}, not for {host}",
                "Use a name that it has in bootstrap_servers and in the brokers' advertised.listeners, or have it made for this one.")
            : null;
    }

    private static X509ChainPolicy Policy(SecuritySection security)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (security.CaLocation is { } file)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPemFile(file);
        }

        return policy;
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : $"'{certificate.Subject}'";
    }
}
