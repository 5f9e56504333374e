using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>The texts are what librdkafka 2.16 says.</summary>
public sealed class SourceProblemTests
{
    [Theory]
    [InlineData(ErrorCode.Local_Authentication,
        "sasl_plaintext://127.0.0.1:19194/bootstrap: SASL authentication error: Authentication failed: Invalid username or password (after 324ms in state AUTH_REQ)",
        nameof(SourceProblemKind.Login), "127.0.0.1:19194", "Authentication failed: Invalid username or password")]
    [InlineData(ErrorCode.Local_Authentication,
        "sasl_ssl://b-1.example.com:9096/1: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN (after 0ms in state AUTH_HANDSHAKE)",
        nameof(SourceProblemKind.Mechanism), "b-1.example.com:9096",
        "SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN")]
    [InlineData(ErrorCode.Local_Ssl,
        "ssl://127.0.0.1:19193/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates are installed (install ca-certificates package) (after 248ms in state SSL_HANDSHAKE)",
        nameof(SourceProblemKind.Certificate), "127.0.0.1:19193", "SSL handshake failed: SSL routines::certificate verify failed")]
    [InlineData(ErrorCode.Local_Transport,
        "ssl://127.0.0.1:19393/bootstrap: Receive failed: error:0A000412:SSL routines::ssl/tls alert bad certificate: SSL alert number 42 (after 3ms in state APIVERSION_QUERY)",
        nameof(SourceProblemKind.ClientCertificate), "127.0.0.1:19393", "Receive failed: SSL routines::ssl/tls alert bad certificate: SSL alert number 42")]
    [InlineData(ErrorCode.Local_Transport,
        "ssl://127.0.0.1:19192/bootstrap: SSL handshake failed: Disconnected: SSL connection closed by peer: connecting to a PLAINTEXT broker listener? (after 13ms in state SSL_HANDSHAKE)",
        nameof(SourceProblemKind.Closed), "127.0.0.1:19192", "SSL handshake failed: Disconnected: SSL connection closed by peer")]
    [InlineData(ErrorCode.Local_Transport,
        "127.0.0.1:19193/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 3ms in state APIVERSION_QUERY)",
        nameof(SourceProblemKind.Closed), "127.0.0.1:19193", "Disconnected: connection closed by peer: receive 0 after POLLIN")]
    [InlineData(ErrorCode.Local_Transport,
        "127.0.0.1:19193/1: Disconnected: connection closed by peer: receive 0 after POLLIN (after 60003ms in state UP)",
        nameof(SourceProblemKind.Unreachable), "127.0.0.1:19193", "Disconnected: connection closed by peer: receive 0 after POLLIN")]
    [InlineData(ErrorCode.Local_Transport, "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
        nameof(SourceProblemKind.Unreachable), "127.0.0.1:1", "Connection refused")]
    [InlineData(ErrorCode.Local_Resolve, "nohost.invalid:9092/bootstrap: Failed to resolve 'nohost.invalid:9092': Name or service not known (after 1ms in state CONNECT)",
        nameof(SourceProblemKind.Unreachable), "nohost.invalid:9092", "Failed to resolve 'nohost.invalid:9092': Name or service not known")]
    [InlineData(ErrorCode.Local_Authentication, "Failed to acquire SASL OAUTHBEARER token: {\"error\": \"invalid_client\"}",
        nameof(SourceProblemKind.TokenRefused), null, "{\"error\": \"invalid_client\"}")]
    [InlineData(ErrorCode.Local_Authentication, "Failed to acquire SASL OAUTHBEARER token: Failed to connect to 127.0.0.1:1 after 2 ms: Could not connect to server",
        nameof(SourceProblemKind.TokenUnavailable), null, "Failed to connect to 127.0.0.1:1 after 2 ms: Could not connect to server")]
    public void A_complaint_is_understood(ErrorCode code, string text, string kind, string? address, string reason)
    {
        var problem = SourceProblem.Read(code, text);

        Assert.Equal((kind, address, reason), (problem.Kind.ToString(), problem.Address, problem.Reason));
    }
}
