using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Encrypts connections to brokers, and makes sure of who is at the other end.</summary>
/// <remarks>The files of <see cref="SecuritySection"/> are read for each connection: they are renewed under a run that goes on for months.</remarks>
internal sealed class TlsChannel(SecuritySection security, TimeProvider clock)
{
    private const string Check = "Check the port in bootstrap_servers and security_protocol";

    /// <summary>Speaks TLS over a stream, which from then on belongs to what is returned; it is closed when this fails.</summary>
    /// <param name="inner">A fresh connection.</param>
    /// <param name="host">The name or IP address, without port, that the broker's certificate has to be for.</param>
    /// <param name="cancellation">Ends the wait for the broker.</param>
    /// <exception cref="BackupException">One side does not accept the other, a file cannot be used, or there is no TLS at the other end.</exception>
    public async Task<SslStream> AuthenticateAsync(Stream inner, string host, CancellationToken cancellation)
    {
        BrokerCertificate? objection = null;
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            var name = host.Trim('[', ']');
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                CertificateChainPolicy = TrustPolicy(),
                ClientCertificateContext = ClientCertificate.Read(security)?.ToContext(),
                // A resumed session would go on with the trust and the certificate of the one before it.
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    objection = errors != SslPolicyErrors.None && certificate is X509Certificate2 shown
                        ? BrokerCertificate.Judge(shown, chain, errors, name, security)
                        : null;
                    return errors == SslPolicyErrors.None;
                },
            }, cancellation);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            if (e is AuthenticationException or IOException)
            {
                throw Explain(e, host, objection);
            }

            throw;
        }
    }

    /// <summary>What it means that a connection broke right after it was made, when the first answer was read.</summary>
    /// <remarks>With TLS 1.3 a broker looks at the client's certificate when the client is through already.</remarks>
    /// <returns>Null when it was not for the client's certificate.</returns>
    public BackupException? Refusal(Exception failure, string host)
    {
        for (var cause = failure is IOException or SocketException or AuthenticationException ? failure : null; cause is not null; cause = cause.InnerException)
        {
            bool Has(string part) => cause.Message.Contains(part, StringComparison.Ordinal);

            if (Has("alert") && (Has("certificate") || Has("unknown ca")))
            {
                return Refused(failure, host, Reason(cause));
            }
        }

        // What was sent meanwhile can have the alert lost: then the connection only breaks.
        return failure is IOException or SocketException && ExpiredAt is not null ? Refused(failure, host, Reason(failure)) : null;
    }

    private BackupException Explain(Exception failure, string host, BrokerCertificate? objection)
    {
        if (objection is not null)
        {
            return Failure($"The certificate of {host} does not hold: {objection.Objection}. {objection.Advice}", failure);
        }

        if (Refusal(failure, host) is { } refusal)
        {
            return refusal;
        }

        // Without naming it, some brokers mean a client certificate by this.
        var more = security.CertificateLocation is null ? ", and whether it wants a client certificate (ssl_certificate_location)" : "";
        return failure is AuthenticationException
            ? Failure($"TLS with {host} fails: {Reason(failure.GetBaseException())}. {Check}{more}.", failure)
            : new BackupException(
                FailureKind.Source,
                $"{host} closed the connection in the TLS handshake, as a listener without TLS does. {Check}.",
                failure)
            {
                IsRetryable = true, // A broker that shuts down does so as well.
            };
    }

    private BackupException Refused(Exception failure, string host, string reason)
    {
        const string Advice = "Set ssl_certificate_location and ssl_key_location";
        if (security.CertificateLocation is not { } file)
        {
            return Failure($"{host} wants a client certificate: {reason}. {Advice}.", failure);
        }

        return ExpiredAt is { } end
            ? new BackupException(
                FailureKind.Source,
                $"The client certificate in '{file}' has expired: it was valid until {end:yyyy-MM-dd HH:mm:ss} UTC. "
                + $"{host} refuses it: {reason}. Put a new certificate there, and its key in the place of ssl_key_location.",
                failure)
            {
                EndsRun = true,
            }
            : Failure(
                $"{host} does not accept the client certificate in '{file}': {reason}. "
                + $"{Advice} to a certificate of an authority that the brokers trust.",
                failure);
    }

    /// <summary>Since when the client's certificate is not valid any more; null: it is, or there is none.</summary>
    private DateTimeOffset? ExpiredAt => security.CertificateLocation is { } file && EndOf(file) is { } end && end < clock.GetUtcNow() ? end : null;

    private static BackupException Failure(string sentence, Exception cause) => new(FailureKind.Source, sentence, cause);

    /// <summary>What OpenSSL says, without its numbers.</summary>
    private static string Reason(Exception cause)
    {
        var text = cause.Message;
        var routine = text.LastIndexOf("::", StringComparison.Ordinal);
        return (routine < 0 ? text : text[(routine + 2)..]).TrimEnd('.');
    }

    private static DateTimeOffset? EndOf(string certificateFile)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
            return new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return null; // Replaced since it was refused.
        }
    }

    private X509ChainPolicy TrustPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // What is missing in a chain would be looked for at an address that the stranger at the other end has chosen.
            DisableCertificateDownloads = true,
        };
        if (security.CaLocation is { } file)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            try
            {
                policy.CustomTrustStore.ImportFromPem(SecurityFiles.Read(file));
            }
            catch (CryptographicException e)
            {
                throw SecurityFiles.Unusable(file, $"holds a damaged certificate: {e.Message.TrimEnd('.')}", e);
            }

            if (policy.CustomTrustStore.Count == 0)
            {
                throw SecurityFiles.Unusable(file, "holds no certificate in PEM form");
            }
        }

        return policy;
    }
}
