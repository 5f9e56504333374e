using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaBackup.Testing;

/// <summary>Writes certificates and keys as PEM files, and puts files in place as those who renew certificates do: at once.</summary>
public static class IssuedCertificates
{
    /// <summary>A certificate and its key; signed by itself without an authority.</summary>
    public static (string Certificate, string Key) Issue(string subject, DateTimeOffset until, X509Certificate2? authority = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var from = until.AddYears(-30);
        using var certificate = authority is null
            ? request.CreateSelfSigned(from, until)
            : Sign(request, authority, from, until);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>An authority of one's own, with its key; signed by itself without another above it.</summary>
    public static X509Certificate2 NewAuthority(string subject, DateTimeOffset until, X509Certificate2? above = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        if (above is null)
        {
            return request.CreateSelfSigned(until.AddYears(-30), until);
        }

        using var signed = Sign(request, above, until.AddYears(-30), until);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Signs whatever the dates are: the authority may be younger than a certificate that has expired long ago.</summary>
    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = authority.GetECDsaPrivateKey()!;
        return request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(key), from, until, RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>Puts a file in place, or in the place of another.</summary>
    public static void Place(string path, string content)
    {
        if (!File.Exists(path))
        {
            File.WriteAllText(path, content);
            return;
        }

        File.WriteAllText(path + ".new", content);
        File.Replace(path + ".new", path, null);
    }
}
