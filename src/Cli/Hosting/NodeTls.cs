using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Transport.DotNetty;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The certificate by which a node is known to the others, and the authorities by which it knows them.</summary>
/// <param name="Own">Its own.</param>
/// <param name="Authorities">Who may have signed the others'.</param>
internal sealed record NodeTls(NodeCertificate Own, X509Certificate2Collection Authorities)
{
    private const string CertificatePath = "kafka-backup.tls.certificate";
    private const string KeyPath = "kafka-backup.tls.key";
    private const string AuthoritiesPath = "kafka-backup.tls.ca";

    /// <summary>Reads the files that the settings name; null when they name none. What is wrong is reported.</summary>
    public static NodeTls? Read(NodeValues values)
    {
        string[] paths = [CertificatePath, KeyPath, AuthoritiesPath];
        var missing = paths.Where(path => values.Text(path).Length == 0).ToList();
        if (missing.Count > 0)
        {
            if (missing.Count < paths.Length)
            {
                values.Report($"{string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} not set. TLS between nodes needs certificate, key and ca, all three.");
            }

            return null;
        }

        var authorities = NodeCertificate.Load(values, AuthoritiesPath);
        return NodeCertificate.Read(values, CertificatePath, KeyPath) is { } own && authorities.Count > 0 ? new NodeTls(own, authorities) : null;
    }

    /// <summary>The settings of Akka's transport: each side shows its certificate and demands the other's; names are not compared, as nodes come by addresses.</summary>
    /// <param name="refused">Takes a sentence about each peer that is refused.</param>
    public DotNettySslSetup ToSetup(Action<string> refused) => new(
        Own.Certificate, suppressValidation: false, requireMutualAuthentication: true, (certificate, _, peer, errors, _) => IsTrusted(certificate, peer, errors, refused));

    private bool IsTrusted(X509Certificate2? certificate, string peer, SslPolicyErrors errors, Action<string> refused)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            refused($"Refused {peer}, which shows no certificate. Give every node kafka-backup.tls.");
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.ExtraStore.AddRange(Own.Chain);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain.Build(certificate))
        {
            return true;
        }

        refused($"Refused {peer} with the certificate '{certificate.Subject}': "
            + $"{string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')))}. "
            + "It has to be signed by an authority in the file of kafka-backup.tls.ca, and be valid today.");
        return false;
    }
}
