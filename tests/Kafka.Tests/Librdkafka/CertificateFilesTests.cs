using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class CertificateFilesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificate-files-");
    private readonly FakeTimeProvider _clock = new(Now);
    private readonly SecuritySection _security;
    private readonly CertificateFiles _files;

    public CertificateFilesTests()
    {
        _security = new SecuritySection
        {
            Protocol = SecurityProtocol.Ssl,
            CaLocation = At("ca.pem"),
            CertificateLocation = At("client.pem"),
            KeyLocation = At("client.key"),
        };
        _files = new CertificateFiles(_security, _clock);
        Place(Now.AddHours(1));
        IssuedCertificates.Place(At("ca.pem"), IssuedCertificates.Issue("authority", Now.AddHours(2)).Certificate);
        Assert.Equal(FilesChange.None, _files.Refresh());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Files_that_stay_as_they_are_replace_no_client()
    {
        File.SetLastWriteTimeUtc(At("client.pem"), Now.UtcDateTime);

        Assert.Equal((FilesChange.None, 0), (_files.Refresh(), _files.Generation));
    }

    [Fact]
    public void A_new_pair_replaces_clients_once()
    {
        Place(Now.AddHours(3));

        Assert.True(_files.Refresh().WasTaken);
        Assert.Equal((FilesChange.None, 1), (_files.Refresh(), _files.Generation));
    }

    [Fact]
    public void Another_authority_replaces_clients()
    {
        IssuedCertificates.Place(At("ca.pem"), IssuedCertificates.Issue("another", Now.AddHours(2)).Certificate);

        Assert.Equal((true, 1), (_files.Refresh().WasTaken, _files.Generation));
    }

    [Fact]
    public void Another_password_replaces_clients_and_a_file_without_one_does_not()
    {
        var security = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, PasswordFile = At("password") };
        IssuedCertificates.Place(At("password"), "first\n");
        var files = new CertificateFiles(security, _clock);
        Assert.Equal(FilesChange.None, files.Refresh());

        IssuedCertificates.Place(At("password"), "\n");
        Assert.Equal((FilesChange.None, 0), (files.Refresh(), files.Generation));
        _clock.Advance(CertificateFiles.ObjectionPatience);
        Assert.Contains("has to hold the password, in one line", files.Refresh().Objection, StringComparison.Ordinal);

        IssuedCertificates.Place(At("password"), "second");
        Assert.Equal((true, 1), (files.Refresh().WasTaken, files.Generation));
    }

    [Fact]
    public void Another_name_of_the_user_replaces_clients()
    {
        var security = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, UsernameFile = At("user"), Password = "p" };
        IssuedCertificates.Place(At("user"), "alice\n");
        var files = new CertificateFiles(security, _clock);
        files.Refresh();

        IssuedCertificates.Place(At("user"), "bob\n");

        Assert.Equal((true, 1), (files.Refresh().WasTaken, files.Generation));
    }

    [Fact]
    public void A_certificate_whose_key_is_not_there_yet_is_passed_over_until_it_is()
    {
        var (certificate, key) = IssuedCertificates.Issue("client", Now.AddHours(3));
        IssuedCertificates.Place(At("client.pem"), certificate);
        Assert.Equal((FilesChange.None, 0), (_files.Refresh(), _files.Generation));

        IssuedCertificates.Place(At("client.key"), key);

        Assert.Equal((true, 1), (_files.Refresh().WasTaken, _files.Generation));
    }

    [Fact]
    public void A_file_that_is_away_for_a_moment_replaces_no_client()
    {
        var content = File.ReadAllText(At("client.pem"));
        File.Delete(At("client.pem"));
        Assert.Equal((FilesChange.None, 0), (_files.Refresh(), _files.Generation));

        IssuedCertificates.Place(At("client.pem"), content);

        Assert.Equal((FilesChange.None, 0), (_files.Refresh(), _files.Generation));
    }

    [Fact]
    public void Files_that_go_on_contradicting_each_other_are_told_once()
    {
        IssuedCertificates.Place(At("client.pem"), IssuedCertificates.Issue("client", Now.AddHours(3)).Certificate);
        Assert.Null(_files.Refresh().Objection);

        _clock.Advance(CertificateFiles.ObjectionPatience);

        Assert.Equal(
            $"source.security.ssl_key_location: the key in '{At("client.key")}' does not belong to the certificate in '{At("client.pem")}'.",
            _files.Refresh().Objection);
        Assert.Equal((FilesChange.None, 0), (_files.Refresh(), _files.Generation));
    }

    [Fact]
    public void A_certificate_that_nobody_renews_expires()
    {
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(_files.ExpiredCertificate);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new ExpiredFile(At("client.pem"), Now.AddHours(1)), _files.ExpiredCertificate);
        Assert.Equal("2026-03-01 13:00:00Z", _files.ExpiredCertificate!.UntilText);
        Assert.Null(_files.ExpiredAuthorities);
    }

    [Fact]
    public void A_renewed_certificate_has_not_expired()
    {
        Place(Now.AddHours(3));
        _files.Refresh();

        _clock.Advance(TimeSpan.FromHours(2));

        Assert.Null(_files.ExpiredCertificate);
    }

    [Fact]
    public void Authorities_have_expired_when_the_last_of_them_has()
    {
        var both = IssuedCertificates.Issue("old", Now.AddHours(2)).Certificate + "\n" + IssuedCertificates.Issue("new", Now.AddHours(3)).Certificate;
        IssuedCertificates.Place(At("ca.pem"), both);
        _files.Refresh();
        _clock.Advance(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(1));
        Assert.Null(_files.ExpiredAuthorities);

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(new ExpiredFile(At("ca.pem"), Now.AddHours(3)), _files.ExpiredAuthorities);
    }

    [Fact]
    public void Without_tls_no_file_is_looked_at()
    {
        var files = new CertificateFiles(_security with { Protocol = SecurityProtocol.SaslPlaintext }, _clock);

        Place(Now.AddHours(3));

        Assert.Equal((false, FilesChange.None, 0), (files.AreNamed, files.Refresh(), files.Generation));
    }

    private void Place(DateTimeOffset until)
    {
        var (certificate, key) = IssuedCertificates.Issue("client", until);
        IssuedCertificates.Place(At("client.key"), key);
        IssuedCertificates.Place(At("client.pem"), certificate);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
