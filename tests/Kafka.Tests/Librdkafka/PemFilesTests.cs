using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class PemFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pem-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("key-secret")]
    public void Files_that_belong_together_are_taken(string? password)
    {
        var pair = NewPair("client", password);

        PemFiles.Check("backup.yaml", Source(pair with { CaLocation = pair.CertificateLocation }));
    }

    [Fact]
    public void An_rsa_key_is_taken()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Epoch, Epoch.AddYears(1));

        PemFiles.Check("backup.yaml", Source(Security(Write("c.pem", certificate.ExportCertificatePem()), Write("k.pem", key.ExportRSAPrivateKeyPem()))));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var security = new SecuritySection { CaLocation = At("no-ca.pem"), CertificateLocation = _folder.FullName, KeyLocation = At("no-key.pem") };

        AssertSays(security,
            $"source.security.ssl_ca_location: the file '{At("no-ca.pem")}' does not exist.",
            $"source.security.ssl_certificate_location: '{_folder.FullName}' is a directory; name a file.",
            $"source.security.ssl_key_location: the file '{At("no-key.pem")}' does not exist.");
    }

    [Fact]
    public void A_file_without_a_certificate_is_told()
    {
        var key = NewPair("client").KeyLocation!;

        AssertSays(new SecuritySection { CaLocation = key }, $"source.security.ssl_ca_location: the file '{key}' holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).");
    }

    [Fact]
    public void A_damaged_certificate_is_told()
    {
        var file = Write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        var failure = Assert.Throws<ConfigurationException>(() => PemFiles.Check("backup.yaml", Source(new SecuritySection { CaLocation = file })));

        Assert.Contains($"source.security.ssl_ca_location: the file '{file}' holds a damaged certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_with_name_and_password_have_to_hold_them()
    {
        File.WriteAllText(At("user"), "\n");

        AssertSays(new SecuritySection { UsernameFile = At("user"), PasswordFile = At("missing") },
            $"source.security.sasl_username_file: the file '{At("user")}' has to hold the user's name, in one line.",
            $"source.security.sasl_password_file: the file '{At("missing")}' does not exist.");
    }

    [Fact]
    public void A_file_without_a_key_is_told()
    {
        var certificate = NewPair("client").CertificateLocation!;

        AssertSays(Security(certificate, certificate), $"source.security.ssl_key_location: the file '{certificate}' holds no key in PEM form (-----BEGIN PRIVATE KEY-----).");
    }

    [Fact]
    public void A_key_of_another_certificate_is_told()
    {
        NewPair("client");
        NewPair("other");

        AssertSays(Security(At("client.pem"), At("other.key")),
            $"source.security.ssl_key_location: the key in '{At("other.key")}' does not belong to the certificate in '{At("client.pem")}'.");
    }

    [Fact]
    public void A_password_that_is_missing_is_told()
    {
        var security = NewPair("client", "key-secret") with { KeyPassword = null };

        AssertSays(security, $"source.security.ssl_key_password: the key in '{security.KeyLocation}' has a password; give it.");
    }

    [Fact]
    public void A_password_that_is_wrong_is_told_and_not_shown()
    {
        var security = NewPair("client", "key-secret") with { KeyPassword = "wr0ng" };

        AssertSays(security, $"source.security.ssl_key_password: the password does not open the key in '{security.KeyLocation}', or the key is damaged.");
    }

    private static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static void AssertSays(SecuritySection security, params string[] problems)
    {
        var failure = Assert.Throws<ConfigurationException>(() => PemFiles.Check("backup.yaml", Source(security)));

        Assert.Equal(problems, failure.Problems.Select(problem => problem.ToString()));
        Assert.StartsWith("backup.yaml: source.security.", failure.Message, StringComparison.Ordinal);
    }

    private static SecuritySection Security(string certificate, string key) => new() { CertificateLocation = certificate, KeyLocation = key };

    private SecuritySection NewPair(string name, string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(Epoch, Epoch.AddYears(1));
        var written = password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000));
        return Security(Write($"{name}.pem", certificate.ExportCertificatePem()), Write($"{name}.key", written)) with { KeyPassword = password };
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return At(name);
    }

    private static KafkaSection Source(SecuritySection security) => new() { BootstrapServers = [], Security = security };
}
