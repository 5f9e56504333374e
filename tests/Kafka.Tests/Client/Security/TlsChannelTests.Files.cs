using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <content>The client's certificate and key, and files that cannot be used.</content>
public sealed partial class TlsChannelTests
{
    [Theory]
    [InlineData("pkcs8")]
    [InlineData("encrypted pkcs8")]
    [InlineData("sec1")]
    [InlineData("old form")]
    [InlineData("pkcs1")]
    public async Task A_client_certificate_is_shown(string form)
    {
        var security = Showing with { KeyPassword = form is "encrypted pkcs8" or "old form" ? "old-secret" : null };
        PlaceClient(form);
        using var server = TlsServer.StartDemanding(Issue(), _authority);

        Assert.Equal("CN=client", await TalkAsync(security, server));
    }

    [Fact]
    public async Task What_leads_from_the_client_to_its_authority_is_sent_along()
    {
        using var between = IssuedCertificates.NewAuthority("between", Until, _authority);
        var (certificate, key) = IssuedCertificates.Issue("client", Until, between);
        Place("client.pem", certificate + "\n" + between.ExportCertificatePem());
        Place("client.key", key);
        using var server = TlsServer.StartDemanding(Issue(), _authority);

        Assert.Equal("CN=client", await TalkAsync(Showing, server));
    }

    [Theory]
    [InlineData("ca.pem", null, "cannot be read: ")]
    [InlineData("ca.pem", "nothing", "holds no certificate in PEM form. ")]
    [InlineData("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds a damaged certificate: ")]
    [InlineData("client.pem", null, "cannot be read: ")]
    [InlineData("client.pem", "nothing", "holds no certificate in PEM form. ")]
    [InlineData("client.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds a damaged certificate: ")]
    [InlineData("client.key", null, "cannot be read: ")]
    [InlineData("client.key", "nothing", "holds no key that can be used: ")]
    [InlineData("client.key", OldPemKeyTests.PlainEc, "holds no key that can be used: it does not belong to the certificate in '")]
    [InlineData("client.key", OldPemKeyTests.Aes256, "holds no key that can be used: ")]
    public async Task A_file_that_cannot_be_used_is_named_and_may_be_in_order_later(string file, string? content, string reason)
    {
        var (certificate, key) = Issue("client");
        Place("client.pem", certificate);
        Place("client.key", key);
        File.Delete(At(file));
        if (content is not null)
        {
            Place(file, content);
        }

        using var server = TlsServer.Start(Issue());
        var failure = await AssertFailsAsync(Showing, server, "localhost", $"The file '{At(file)}' {reason}");

        Assert.Equal((true, true), (failure.IsRetryable, failure.EndsRun));
    }

    [Theory]
    [InlineData("encrypted pkcs8", null, "it has a password, and none is given. ")]
    [InlineData("old form", null, "it has a password, and none is given. ")]
    [InlineData("encrypted pkcs8", "wr0ng", "")]
    [InlineData("old form", "wr0ng", "")]
    public async Task A_password_that_does_not_open_the_key_is_told_and_not_shown(string form, string? password, string reason)
    {
        PlaceClient(form);
        using var server = TlsServer.Start(Issue());

        var failure = await AssertFailsAsync(
            Showing with { KeyPassword = password }, server, "localhost", $"The file '{At("client.key")}' holds no key that can be used: ");

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", failure.Message, StringComparison.Ordinal);
    }

    private void PlaceClient(string form)
    {
        if (form == "pkcs1")
        {
            using var rsa = RSA.Create(2048);
            Place("client.pem", Sign(new CertificateRequest("CN=client", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
            Place("client.key", rsa.ExportRSAPrivateKeyPem());
            return;
        }

        using var key = ECDsa.Create();
        key.ImportFromPem(OldPemKeyTests.PlainEc);
        Place("client.pem", Sign(new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256)));
        Place("client.key", form switch
        {
            "pkcs8" => key.ExportPkcs8PrivateKeyPem(),
            "encrypted pkcs8" => key.ExportEncryptedPkcs8PrivateKeyPem(
                "old-secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000)),
            "sec1" => key.ExportECPrivateKeyPem(),
            _ => OldPemKeyTests.Aes256,
        });
    }

    private string Sign(CertificateRequest request)
    {
        using var key = _authority.GetECDsaPrivateKey()!;
        using var certificate = request.Create(
            _authority.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Until.AddYears(-2), Until, RandomNumberGenerator.GetBytes(8));
        return certificate.ExportCertificatePem();
    }
}
