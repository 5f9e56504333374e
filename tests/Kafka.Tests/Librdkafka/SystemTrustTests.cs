using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class SystemTrustTests
{
    [Fact]
    public void A_file_that_the_environment_names_is_trusted_instead_of_the_systems() =>
        Assert.Equal("/company/roots.pem", SystemTrust.BundlePath(name => name == "SSL_CERT_FILE" ? "/company/roots.pem" : null));

    [Fact]
    public void The_systems_own_file_is_one_that_is_there() =>
        Assert.True(SystemTrust.BundlePath(_ => null) is not { } found || File.Exists(found));
}
