using System.Text;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

public sealed class SaslExchangesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sasl-exchanges-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(SaslMechanism.Plain, "PLAIN")]
    [InlineData(SaslMechanism.ScramSha256, "SCRAM-SHA-256")]
    [InlineData(SaslMechanism.ScramSha512, "SCRAM-SHA-512")]
    public void The_mechanism_of_the_configuration_is_used(SaslMechanism mechanism, string name)
    {
        using var exchanges = Exchanges(new SecuritySection { Mechanism = mechanism, Username = "alice", Password = "pässword" });

        Assert.Equal(name, exchanges.Create().Mechanism);
    }

    [Fact]
    public async Task Plain_says_user_and_password()
    {
        using var exchanges = Exchanges(new SecuritySection { Mechanism = SaslMechanism.Plain, Username = "alice", Password = "pässword" });
        var exchange = exchanges.Create();

        Assert.Equal("\0alice\0pässword", Encoding.UTF8.GetString(await exchange.BeginAsync(CancellationToken.None)));
        Assert.Null(exchange.Continue([]));
    }

    [Fact]
    public async Task A_file_with_the_password_is_read_for_each_login()
    {
        var file = Path.Combine(_folder.FullName, "password");
        using var exchanges = Exchanges(new SecuritySection { Mechanism = SaslMechanism.Plain, Username = "alice", PasswordFile = file });

        await File.WriteAllTextAsync(file, "first\n");
        Assert.Equal("\0alice\0first", Encoding.UTF8.GetString(await exchanges.Create().BeginAsync(CancellationToken.None)));
        await File.WriteAllTextAsync(file, "second\n");
        Assert.Equal("\0alice\0second", Encoding.UTF8.GetString(await exchanges.Create().BeginAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task A_file_with_the_name_of_the_user_is_read_for_each_login()
    {
        var file = Path.Combine(_folder.FullName, "user");
        using var exchanges = Exchanges(new SecuritySection { Mechanism = SaslMechanism.Plain, UsernameFile = file, Password = "p" });

        await File.WriteAllTextAsync(file, "alice\n");
        Assert.Equal("\0alice\0p", Encoding.UTF8.GetString(await exchanges.Create().BeginAsync(CancellationToken.None)));
        await File.WriteAllTextAsync(file, "bob\n");
        Assert.Equal("\0bob\0p", Encoding.UTF8.GetString(await exchanges.Create().BeginAsync(CancellationToken.None)));
        File.Delete(file);
        Assert.True(Assert.Throws<BackupException>(exchanges.Create).IsRetryable);
    }

    [Theory]
    [InlineData(null, "cannot be read: ")]
    [InlineData("\n", "has to hold the password, in one line. ")]
    public async Task A_file_without_a_password_is_told_and_may_be_in_order_later(string? content, string reason)
    {
        var file = Path.Combine(_folder.FullName, "password");
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content);
        }

        using var exchanges = Exchanges(new SecuritySection { Mechanism = SaslMechanism.Plain, Username = "alice", PasswordFile = file });

        var failure = await Assert.ThrowsAsync<BackupException>(async () => await exchanges.Create().BeginAsync(CancellationToken.None));

        Assert.StartsWith($"The file '{file}' {reason}", failure.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Source, true, true), (failure.Kind, failure.IsRetryable, failure.EndsRun));
    }

    [Fact]
    public void What_a_broker_says_to_a_wrong_password_is_told_in_one_line()
    {
        using var exchanges = Exchanges(new SecuritySection { Mechanism = SaslMechanism.Plain, Username = "alice", Password = "s3cret" });

        var failure = exchanges.Create().Refusal("Authentication failed:\nInvalid username or password" + new string('!', 1000));

        Assert.Matches(
            "^The login as 'alice' is refused: Authentication failed: Invalid username or password!+…. "
            + "Check sasl_username and the password, and that the user exists for this sasl_mechanism.$",
            failure.Message);
        Assert.InRange(failure.Message.Length, 300, 500);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public async Task Oauthbearer_says_the_token_which_logins_share()
    {
        await using var endpoint = new LocalTokenEndpoint();
        endpoint.Answer("""{"access_token":"t0ken","expires_in":3600}""");
        using var exchanges = Exchanges(OAuth(endpoint));
        var (first, second) = (exchanges.Create(), exchanges.Create());

        Assert.Equal("OAUTHBEARER", first.Mechanism);
        Assert.Equal("n,,\u0001auth=Bearer t0ken\u0001\u0001", Encoding.UTF8.GetString(await first.BeginAsync(CancellationToken.None)));
        Assert.Equal("n,,\u0001auth=Bearer t0ken\u0001\u0001", Encoding.UTF8.GetString(await second.BeginAsync(CancellationToken.None)));
        Assert.Null(first.Continue([]));
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task A_broker_that_has_an_objection_to_a_token_is_answered_before_it_is_told()
    {
        await using var endpoint = new LocalTokenEndpoint();
        endpoint.Answer("""{"access_token":"t0ken","expires_in":3600}""");
        using var exchanges = Exchanges(OAuth(endpoint));
        var exchange = exchanges.Create();
        await exchange.BeginAsync(CancellationToken.None);

        Assert.Equal([1], exchange.Continue("""{"status":"invalid_token"}"""u8));

        var (thrown, told) = (Assert.Throws<BackupException>(() => exchange.Continue([])), exchange.Refusal("SASL authentication failed"));
        Assert.All([thrown, told], failure => Assert.Equal(
            """The brokers do not take the token of 'backup': {"status":"invalid_token"}. """
            + "Check sasl_oauth_client_id and sasl_oauth_scope, and what the brokers ask of a token.",
            failure.Message));
        Assert.False(thrown.IsRetryable);
    }

    [Fact]
    public async Task A_kept_token_that_is_refused_is_worth_another_try_with_a_new_one()
    {
        await using var endpoint = new LocalTokenEndpoint();
        endpoint.Answer("""{"access_token":"old","expires_in":3600}""");
        endpoint.Answer("""{"access_token":"new","expires_in":3600}""");
        using var exchanges = Exchanges(OAuth(endpoint));
        await exchanges.Create().BeginAsync(CancellationToken.None);
        var refused = exchanges.Create();
        await refused.BeginAsync(CancellationToken.None);

        Assert.True(refused.Refusal("revoked").IsRetryable);

        var next = exchanges.Create();
        Assert.Contains("Bearer new", Encoding.UTF8.GetString(await next.BeginAsync(CancellationToken.None)), StringComparison.Ordinal);
        Assert.False(next.Refusal("revoked").IsRetryable);
    }

    private static SecuritySection OAuth(LocalTokenEndpoint endpoint) => new() { Mechanism = SaslMechanism.OAuthBearer, OAuth = endpoint.Section() };

    private static SaslExchanges Exchanges(SecuritySection security) => new(new KafkaSection { BootstrapServers = ["host:1"], Security = security }, TimeProvider.System);
}
