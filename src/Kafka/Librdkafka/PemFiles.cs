using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Looks into the files that <c>security</c> of a Kafka section names before anything is connected to.</summary>
public static class PemFiles
{
    /// <summary>Checks that the files can be read and hold what they should, that certificate, key and password belong together, and that this machine can log in as is wanted.</summary>
    /// <param name="file">The configuration file, for the message.</param>
    /// <param name="section">What names the files.</param>
    /// <exception cref="ConfigurationException">Something is wrong; it carries all that is.</exception>
    public static void Check(string file, KafkaSection section)
    {
        if (Judge(section.Security, section.Name).Concat(LoginCheck.Judge(section, Environment.GetEnvironmentVariable)).ToList() is { Count: > 0 } problems)
        {
            throw new ConfigurationException(file, problems);
        }
    }

    /// <summary>All that is wrong with the files; empty when they can be used.</summary>
    internal static IReadOnlyList<ConfigurationProblem> Judge(SecuritySection security, string section = "source")
    {
        var problems = new List<ConfigurationProblem>();
        void Report(string key, string message) => problems.Add(new ConfigurationProblem($"{section}.security.{key}", null, null, message));

        foreach (var (key, path, what) in new[] { ("sasl_username_file", security.UsernameFile, "the user's name"), ("sasl_password_file", security.PasswordFile, "the password") })
        {
            if (Read(key, path, Report) is { } content && SecretFiles.LineOf(content) is null)
            {
                Report(key, $"the file '{path}' has to hold {what}, in one line.");
            }
        }

        if (Read("ssl_ca_location", security.CaLocation, Report) is { } authorities)
        {
            CheckCertificates("ssl_ca_location", security.CaLocation!, authorities, Report);
        }

        var certificate = Read("ssl_certificate_location", security.CertificateLocation, Report);
        var privateKey = Read("ssl_key_location", security.KeyLocation, Report);
        if (certificate is not null && CheckCertificates("ssl_certificate_location", security.CertificateLocation!, certificate, Report) && privateKey is not null)
        {
            CheckKey(security, certificate, privateKey, Report);
        }

        return problems;
    }

    private static string? Read(string key, string? path, Action<string, string> report) => NamedFiles.Read(path, message => report(key, message));

    private static bool CheckCertificates(string key, string path, string pem, Action<string, string> report)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            report(key, $"the file '{path}' holds a damaged certificate: {e.Message.TrimEnd('.')}.");
            return false;
        }

        if (found.Count == 0)
        {
            report(key, $"the file '{path}' holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).");
        }

        return found.Count > 0;
    }

    private static void CheckKey(SecuritySection security, string certificate, string key, Action<string, string> report)
    {
        const string Location = "ssl_key_location", Password = "ssl_key_password";
        var path = security.KeyLocation!;
        var isEncrypted = key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            report(Location, $"the file '{path}' holds no key in PEM form (-----BEGIN PRIVATE KEY-----).");
        }
        else if (isEncrypted && security.KeyPassword is null)
        {
            report(Password, $"the key in '{path}' has a password; give it.");
        }
        else if (isEncrypted && !IsReadable(key, security.KeyPassword!))
        {
            report(Password, $"the password does not open the key in '{path}', or the key is damaged.");
        }
        else if (!IsOfOldForm(key) && !Fits(certificate, key, isEncrypted ? security.KeyPassword : null))
        {
            report(Location, $"the key in '{path}' does not belong to the certificate in '{security.CertificateLocation}'.");
        }
    }

    /// <summary>A key that OpenSSL encrypted before PKCS#8: librdkafka opens it, .NET cannot.</summary>
    private static bool IsOfOldForm(string key) => key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    private static bool IsReadable(string key, string password) =>
        Imports(RSA.Create(), key, password) || Imports(ECDsa.Create(), key, password);

    private static bool Imports(AsymmetricAlgorithm algorithm, string key, string password)
    {
        using (algorithm)
        {
            try
            {
                algorithm.ImportFromEncryptedPem(key, password);
                return true;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                return false;
            }
        }
    }

    private static bool Fits(string certificate, string key, string? password)
    {
        try
        {
            using var both = password is null ? X509Certificate2.CreateFromPem(certificate, key) : X509Certificate2.CreateFromEncryptedPem(certificate, key, password);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
