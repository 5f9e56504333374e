using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaBackup.Cli.Hosting;

/// <summary>A certificate that a node shows.</summary>
/// <param name="Certificate">The certificate, with its key.</param>
/// <param name="Chain">All of its file: behind it stand certificates of authorities between it and the root.</param>
internal sealed record NodeCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain)
{
    private const string CommandsCertificatePath = "kafka-backup.commands-tls.certificate";
    private const string CommandsKeyPath = "kafka-backup.commands-tls.key";

    /// <summary>What is shown at the ports for commands; null when they speak in the clear. What is wrong is reported.</summary>
    public static NodeCertificate? ReadCommands(NodeValues values)
    {
        var (certificate, key) = (values.Text(CommandsCertificatePath), values.Text(CommandsKeyPath));
        if (certificate.Length > 0 && key.Length > 0)
        {
            return Read(values, CommandsCertificatePath, CommandsKeyPath);
        }

        if (certificate.Length > 0 || key.Length > 0)
        {
            values.Report($"{(key.Length == 0 ? CommandsKeyPath : CommandsCertificatePath)} is not set. TLS at the ports for commands needs certificate and key.");
        }

        return null;
    }

    /// <summary>For a server that shows it to anybody, and asks for none.</summary>
    public SslServerAuthenticationOptions ToServerOptions() => new() { ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, Chain) };

    /// <summary>Reads the files that two settings name; null where one of them is wrong, which is reported.</summary>
    public static NodeCertificate? Read(NodeValues values, string certificatePath, string keyPath)
    {
        var chain = Load(values, certificatePath);
        return chain.Count > 0 && WithKey(values, chain[0], certificatePath, keyPath) is { } certificate ? new NodeCertificate(certificate, chain) : null;
    }

    /// <summary>The certificates in the file that a setting names; none where it cannot be read, which is reported.</summary>
    public static X509Certificate2Collection Load(NodeValues values, string path)
    {
        var (file, certificates) = (values.Text(path), new X509Certificate2Collection());
        try
        {
            certificates.ImportFromPem(File.ReadAllText(file));
            if (certificates.Count == 0)
            {
                values.Report($"{path}: there is no certificate in '{file}'. It has to be in PEM format.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            values.Report($"{path}: '{file}' cannot be read: {e.Message}");
        }

        return certificates;
    }

    private static X509Certificate2? WithKey(NodeValues values, X509Certificate2 certificate, string certificatePath, string keyPath)
    {
        var file = values.Text(keyPath);
        try
        {
            var joined = X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), File.ReadAllText(file));
            if (TimeProvider.System.GetUtcNow().UtcDateTime < joined.NotAfter.ToUniversalTime())
            {
                return joined;
            }

            values.Report($"{certificatePath}: the certificate in '{values.Text(certificatePath)}' ended on {joined.NotAfter.ToUniversalTime():u}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            values.Report($"{keyPath}: '{file}' cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            values.Report($"{keyPath}: '{file}' holds no key, without a password, of the certificate in '{values.Text(certificatePath)}': {e.Message}");
        }

        return null;
    }
}
