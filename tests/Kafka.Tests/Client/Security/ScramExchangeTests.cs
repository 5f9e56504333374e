using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

public sealed class ScramExchangeTests
{
    // The example of RFC 7677, section 3.
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = Nonce + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string ServerFirst = $"r={ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string ClientFinal = $"c=biws,r={ServerNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    [Fact]
    public async Task The_exchange_of_the_rfc_is_spoken()
    {
        var exchange = OfTheRfc();

        Assert.Equal("SCRAM-SHA-256", exchange.Mechanism);
        Assert.Equal($"n,,n=user,r={Nonce}", await BeginAsync(exchange));
        Assert.Equal(ClientFinal, Continue(exchange, ServerFirst));
        Assert.Null(Continue(exchange, ServerFinal));
    }

    [Fact]
    public async Task Sha_512_is_spoken_with_signs_in_the_name_and_letters_beyond_ascii_in_the_password()
    {
        // Computed with Python's hashlib and hmac.
        var exchange = new ScramExchange(HashAlgorithmName.SHA512, "ann=a,b", () => "pässwörd", "clientnonce");

        Assert.Equal("SCRAM-SHA-512", exchange.Mechanism);
        Assert.Equal("n,,n=ann=3Da=2Cb,r=clientnonce", await BeginAsync(exchange));
        Assert.Equal(
            "c=biws,r=clientnonceservernonce,p=xdU3GW7uPnynRTIm/kKTpOC8mxadSysr1LWKcRF++vJl8ht8xfaIXdnN8isllW1q46vw5HmUhhtC7uavppjYiQ==",
            Continue(exchange, "r=clientnonceservernonce,s=c2FsdHNhbHRzYWx0,i=8192"));
        Assert.Null(Continue(exchange, "v=xFmW4V9CnlA/WW4eZHf6Xb/YsGC/2tNMLPWM7ihTnyjZepQwQXAZkrc6zbwet3TAHXIKy/v3gg0GD0EPJZv5yg=="));
    }

    [Theory]
    [InlineData("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "its signature is wrong")]
    [InlineData("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8=", "its signature is wrong")]
    [InlineData("v=", "its signature is wrong")]
    [InlineData("v=***", "a field is not base64")]
    [InlineData("", "its last message has no signature")]
    [InlineData(ServerFirst, "its last message has no signature")]
    public async Task A_broker_that_does_not_know_the_password_is_refused(string final, string reason)
    {
        var exchange = OfTheRfc();
        await BeginAsync(exchange);
        Continue(exchange, ServerFirst);

        AssertRefused(exchange, final, reason);
    }

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "its nonce is not one that follows from the client's")]
    [InlineData($"r={Nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "its nonce is not one that follows from the client's")]
    [InlineData($"r={ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095", "it asks for 4095 iterations")]
    [InlineData($"r={ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001", "it asks for 1000001 iterations")]
    [InlineData($"r={ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999", "it asks for 99999999999 iterations")]
    [InlineData($"r={ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==", "it asks for no iterations")]
    [InlineData($"r={ServerNonce},s=?,i=4096", "a field is not base64")]
    [InlineData($"r={ServerNonce},i=4096", "its first message has no salt")]
    [InlineData($"m=more,r={ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "its first message has no nonce")]
    [InlineData("", "its first message has no nonce")]
    public async Task A_first_message_that_weakens_the_exchange_is_refused(string first, string reason)
    {
        var exchange = OfTheRfc();
        await BeginAsync(exchange);

        AssertRefused(exchange, first, reason);
    }

    [Fact]
    public async Task A_signature_is_not_taken_before_the_client_has_proven_itself()
    {
        var exchange = OfTheRfc();
        await BeginAsync(exchange);

        AssertRefused(exchange, ServerFinal, "its first message has no nonce");
    }

    [Fact]
    public async Task An_error_in_place_of_a_signature_is_told()
    {
        var exchange = OfTheRfc();
        await BeginAsync(exchange);
        Continue(exchange, ServerFirst);

        AssertRefused(exchange, "e=invalid-proof", "The login as 'user' is refused: invalid-proof. Check sasl_username");
    }

    [Fact]
    public async Task Every_exchange_has_a_nonce_of_its_own()
    {
        var first = await BeginAsync(new ScramExchange(HashAlgorithmName.SHA256, "user", () => "pencil"));
        var second = await BeginAsync(new ScramExchange(HashAlgorithmName.SHA256, "user", () => "pencil"));

        Assert.Matches("^n,,n=user,r=[A-Za-z0-9+/]{32}$", first);
        Assert.NotEqual(first, second);
    }

    private static ScramExchange OfTheRfc() => new(HashAlgorithmName.SHA256, "user", () => "pencil", Nonce);

    private static async Task<string> BeginAsync(ScramExchange exchange) =>
        Encoding.UTF8.GetString(await exchange.BeginAsync(CancellationToken.None));

    private static string? Continue(ScramExchange exchange, string challenge) =>
        exchange.Continue(Encoding.UTF8.GetBytes(challenge)) is { } next ? Encoding.UTF8.GetString(next) : null;

    private static void AssertRefused(ScramExchange exchange, string challenge, string reason)
    {
        var failure = Assert.Throws<BackupException>(() => Continue(exchange, challenge));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Source, false), (failure.Kind, failure.IsRetryable));
        Assert.DoesNotContain("pencil", failure.Message, StringComparison.Ordinal);
    }
}
