using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>Tokens for MSK: against numbers that were computed elsewhere, against the SDK, and as they are renewed.</summary>
public sealed class MskTokenTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static readonly DateTimeOffset Now = new(2024, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);

    [Fact]
    public void A_token_is_a_signed_request_with_the_agent_behind_the_signature() => Assert.Equal(
        "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        + "&X-Amz-Credential=AKIDEXAMPLE%2F20240102%2Fus-east-1%2Fkafka-cluster%2Faws4_request&X-Amz-Date=20240102T030405Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
        + "&X-Amz-Signature=d976a63334b2f60e682ba65032cd9e985cc525f9be809dba495984f866910124&User-Agent=kafka-backup",
        Decoded(MskToken.Sign(new ImmutableCredentials("AKIDEXAMPLE", Secret, null), "us-east-1", Now)));

    [Fact]
    public void The_token_of_a_session_is_signed_too()
    {
        var url = Decoded(MskToken.Sign(new ImmutableCredentials("AKIDEXAMPLE", Secret, "FwoG/se+ss=="), "eu-central-1", Now));

        Assert.Contains("&X-Amz-Security-Token=FwoG%2Fse%2Bss%3D%3D&X-Amz-SignedHeaders=host", url, StringComparison.Ordinal);
        Assert.Contains("&X-Amz-Signature=8aa95fb96a065c36564910449ec252047af66bd2e5b31fa3536b4ba1df9966b8&", url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("FwoG/se+ss==")]
    public void The_SDK_signs_the_same_request_in_the_same_way(string? session)
    {
        var url = Decoded(MskToken.Sign(new ImmutableCredentials("AKIDEXAMPLE", Secret, session), "us-west-2", Now));

        Assert.Contains($"&X-Amz-Signature={SignedBySdk(session)}&", url, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_has_no_padding_and_no_letters_that_addresses_do_not_take() =>
        Assert.Matches("^[A-Za-z0-9_-]+$", MskToken.Sign(new ImmutableCredentials("AKIDEXAMPLE", Secret, null), "us-east-1", Now));

    [Fact]
    public void The_test_knows_how_a_key_is_derived()
    {
        // The example of Amazon's documentation on Signature Version 4.
        var key = Encoding.UTF8.GetBytes("AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        foreach (var part in (string[])["20150830", "us-east-1", "iam", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        Assert.Equal("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9", Convert.ToHexStringLower(key));
    }

    [Fact]
    public async Task A_token_is_kept_for_four_fifths_of_its_quarter_of_an_hour_and_then_signed_anew_with_what_is_found_then()
    {
        var found = new Queue<string>(["AKIDFIRST", "AKIDSECOND"]);
        using var tokens = new OAuthTokens(Source(() => new ImmutableCredentials(found.Dequeue(), Secret, null)), _clock);

        var (first, isNew) = await tokens.GetAsync(CancellationToken.None);
        Assert.Equal((true, Now.AddMinutes(15)), (isNew, first.Until));
        _clock.Advance(TimeSpan.FromSeconds(719));
        Assert.Same(first, (await tokens.GetAsync(CancellationToken.None)).Token);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = (await tokens.GetAsync(CancellationToken.None)).Token;

        Assert.Contains("Credential=AKIDSECOND%2F", Decoded(second.Text), StringComparison.Ordinal);
        Assert.Contains("X-Amz-Date=20240102T031605Z", Decoded(second.Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_credentials_it_says_so_and_nothing_that_passes()
    {
        var failure = await FailureAsync(new AmazonClientException("Failed to resolve AWS credentials. The following:\n  Exception 1 of 6"));

        Assert.Equal(
            "There are no credentials for the login at MSK: Failed to resolve AWS credentials. The following. Give credentials of AWS (environment, profile, web identity or role).",
            failure.Message);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public async Task Whoever_gives_credentials_may_be_away_for_a_while()
    {
        Assert.True((await FailureAsync(new HttpRequestException("Connection refused"))).IsRetryable);
        Assert.True((await FailureAsync(new AmazonServiceException("slow down") { StatusCode = HttpStatusCode.ServiceUnavailable })).IsRetryable);
        Assert.False((await FailureAsync(new AmazonServiceException("not yours") { StatusCode = HttpStatusCode.Forbidden })).IsRetryable);
    }

    private static string Decoded(string token) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));

    private static string SignedBySdk(string? session)
    {
        var request = new DefaultRequest(new GetCallerIdentityRequest(), "kafka-cluster")
        {
            Endpoint = new Uri("https://kafka.us-west-2.amazonaws.com/"),
            HttpMethod = "GET",
            UseQueryString = true,
            ResourcePath = "/",
        };
        request.Parameters["Action"] = "kafka-cluster:Connect";
        request.Parameters["X-Amz-Expires"] = "900";
        if (session is not null)
        {
            request.Parameters["X-Amz-Security-Token"] = session;
        }

        return AWS4PreSignedUrlSigner
            .SignRequest(request, new AmazonSecurityTokenServiceConfig(), null, "AKIDEXAMPLE", Secret, "kafka-cluster", "us-west-2", Now.UtcDateTime).Signature;
    }

    private MskTokens Source(Func<ImmutableCredentials> credentials) => new(_ => Task.FromResult(credentials()), "us-east-1", _clock);

    private async Task<BackupException> FailureAsync(Exception cause)
    {
        using var tokens = Source(() => throw cause);

        var failure = await Assert.ThrowsAsync<BackupException>(() => tokens.FetchAsync(CancellationToken.None));

        Assert.Equal(FailureKind.Source, failure.Kind);
        return failure;
    }
}
