using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>Which client reads: it is made here and asks no broker for anything.</summary>
public sealed class SourceClientTests
{
    [Theory]
    [InlineData(SaslMechanism.Gssapi, null, false, "source.client librdkafka, as native cannot log in with sasl_mechanism GSSAPI")]
    [InlineData(SaslMechanism.Plain, null, true, "source.client native, by default")]
    [InlineData(SaslMechanism.Plain, SourceClient.Librdkafka, false, "source.client librdkafka, as configured")]
    public void Records_are_read_by_the_client_that_can_log_in_and_the_log_says_which(SaslMechanism mechanism, SourceClient? client, bool isNative, string line)
    {
        var log = new LogLines();
        var security = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, Mechanism = mechanism, Username = "alice", Password = "alice-secret" };

        using var source = TestClients.For("localhost:9092", security: security, log: log, client: client).CreateSource();

        Assert.Equal(isNative, source is NativeRecordSource);
        Assert.Contains(line, Assert.Single(log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_is_named_and_cannot_log_in_is_refused()
    {
        var unknown = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, Mechanism = SaslMechanism.Gssapi, Username = "alice", Password = "alice-secret" };

        var failure = Assert.Throws<BackupException>(() => TestClients.For("localhost:9092", security: unknown, client: SourceClient.Native).CreateSource());

        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.StartsWith("source.client: 'native' cannot log in with sasl_mechanism GSSAPI", failure.Message, StringComparison.Ordinal);
    }
}
