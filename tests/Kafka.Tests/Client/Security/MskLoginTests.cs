using System.Buffers.Text;
using System.Text;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>Both clients show a broker the token of the identity that the environment has.</summary>
public sealed class MskLoginTests : IAsyncDisposable
{
    private readonly RefusingListener _broker = new();
    private readonly KafkaSection _cluster;
    private readonly KafkaClients _clients;

    public MskLoginTests()
    {
        // Of this process, and nobody else in it logs in at AWS.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDOFTESTS");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret-of-tests");
        var security = new SecuritySection { Protocol = SecurityProtocol.SaslPlaintext, Mechanism = SaslMechanism.AwsMskIam, AwsRegion = "eu-west-3" };
        _clients = TestClients.For(_broker.Address, security: security);
        _cluster = _clients.Cluster;
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task The_client_of_our_own_does_and_tells_what_the_broker_says()
    {
        using var connector = new KafkaBackup.Kafka.Client.BrokerConnector(_cluster);

        var failure = await Assert.ThrowsAsync<BackupException>(() => connector.OpenAsync(KafkaBackup.Kafka.Client.BrokerAddress.Parse(_broker.Address), CancellationToken.None));

        Assert.Equal(
            $"The brokers do not take the token of {MskTokens.Owner}: {RefusingListener.Reason}. {MskTokens.AdviceOnRights}", failure.Message);
        AssertShown();
    }

    [Fact]
    public void So_does_librdkafka()
    {
        using var errors = new ClientErrors(TimeProvider.System);
        using var admin = _clients.CreateAdmin(errors, static _ => { });

        Assert.ThrowsAny<Confluent.Kafka.KafkaException>(() => admin.GetMetadata(TimeSpan.FromSeconds(2)));

        var failure = _clients.Failure("Cannot read", new Confluent.Kafka.Error(Confluent.Kafka.ErrorCode.Local_TimedOut), errors);
        Assert.Contains($"the brokers do not take the token of {MskTokens.Owner}. {_broker.Address}: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{RefusingListener.Reason}. {MskTokens.AdviceOnRights}", failure.Message, StringComparison.Ordinal);
        AssertShown();
    }

    [Fact]
    public async Task Librdkafka_is_given_another_token_before_the_one_it_has_expires()
    {
        var source = new ShortTokens();
        using var tokens = new OAuthTokens(source, TimeProvider.System);
        var clients = new KafkaClients(_cluster, NullLogger<KafkaClients>.Instance) { Login = new MskLogin(tokens) };
        using var errors = new ClientErrors(TimeProvider.System);

        using var admin = clients.CreateAdmin(errors, static _ => { });

        await source.Second.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Without_credentials_no_client_is_made()
    {
        using var tokens = new OAuthTokens(new NoTokens(), TimeProvider.System);
        var clients = new KafkaClients(_cluster, NullLogger<KafkaClients>.Instance) { Login = new MskLogin(tokens) };
        using var errors = new ClientErrors(TimeProvider.System);

        Assert.Equal("none here", Assert.Throws<BackupException>(() => clients.CreateAdmin(errors, static _ => { })).Message);
    }

    private void AssertShown()
    {
        var shown = _broker.Shown[0];
        Assert.StartsWith("n,,\u0001auth=Bearer ", shown, StringComparison.Ordinal);
        var url = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(shown.Split("Bearer ")[1].TrimEnd('\u0001')));
        Assert.StartsWith("https://kafka.eu-west-3.amazonaws.com/?Action=kafka-cluster%3AConnect&", url, StringComparison.Ordinal);
        Assert.Contains("X-Amz-Credential=AKIDOFTESTS%2F", url, StringComparison.Ordinal);
    }

    /// <summary>Gives tokens for three seconds, and tells of the second one.</summary>
    private sealed class ShortTokens : ITokenSource
    {
        private readonly TaskCompletionSource _second = new();
        private int _given;

        public Task Second => _second.Task;

        public Task<OAuthToken> FetchAsync(CancellationToken cancellation)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (Interlocked.Increment(ref _given) == 2)
            {
                _second.SetResult();
            }

            return Task.FromResult(OAuthToken.Of($"token-{_given}", now, now.AddSeconds(3)));
        }

        public void Dispose()
        {
        }
    }

    private sealed class NoTokens : ITokenSource
    {
        public Task<OAuthToken> FetchAsync(CancellationToken cancellation) => throw new BackupException(FailureKind.Source, "none here");

        public void Dispose()
        {
        }
    }
}
