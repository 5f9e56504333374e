using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>What the client shows to brokers: its certificate with the key, and those that lead from it to an authority.</summary>
/// <remarks>Nothing here is disposed: the connections that use it may outlive whoever read it, and it holds nothing but memory.</remarks>
internal sealed record ClientCertificate(X509Certificate2 Own, X509Certificate2Collection Above)
{
    /// <summary>Reads the files.</summary>
    /// <returns>Null when none are named.</returns>
    /// <exception cref="BackupException">They cannot be read, or do not belong together.</exception>
    public static ClientCertificate? Read(SecuritySection security)
    {
        if (security.CertificateLocation is not { } certificateFile || security.KeyLocation is not { } keyFile)
        {
            return null;
        }

        var (certificate, key) = (SecurityFiles.Read(certificateFile), SecurityFiles.Read(keyFile));
        var above = new X509Certificate2Collection();
        try
        {
            above.ImportFromPem(certificate);
        }
        catch (CryptographicException e)
        {
            throw SecurityFiles.Unusable(certificateFile, $"holds a damaged certificate: {e.Message.TrimEnd('.')}", e);
        }

        if (above.Count == 0)
        {
            throw SecurityFiles.Unusable(certificateFile, "holds no certificate in PEM form");
        }

        above.RemoveAt(0);
        try
        {
            return new ClientCertificate(Join(certificate, key, security.KeyPassword), above);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            throw SecurityFiles.Unusable(
                keyFile,
                $"holds no key that can be used: it does not belong to the certificate in '{certificateFile}', "
                + "ssl_key_password does not open it, or it is damaged: " + e.Message.TrimEnd('.'),
                e);
        }
    }

    /// <summary>For a TLS connection.</summary>
    public SslStreamCertificateContext ToContext() => SslStreamCertificateContext.Create(Own, Above, offline: true);

    private static X509Certificate2 Join(string certificate, string key, string? password)
    {
        var isOld = OldPemKey.IsIn(key);
        if (!isOld && !key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }

        if (password is null)
        {
            throw new CryptographicException("it has a password, and none is given");
        }

        return isOld
            ? X509Certificate2.CreateFromPem(certificate, OldPemKey.Decrypt(key, password))
            : X509Certificate2.CreateFromEncryptedPem(certificate, key, password);
    }
}
