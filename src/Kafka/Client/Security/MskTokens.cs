using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Gives tokens for MSK, of whom the default chain of AWS finds: environment, profile, web identity, container, instance.</summary>
/// <param name="credentials">Looks for credentials, each time: they are renewed under a run that goes on for months.</param>
/// <param name="region">The cluster's region.</param>
/// <param name="clock">The present, which goes into a token.</param>
internal sealed class MskTokens(Func<CancellationToken, Task<ImmutableCredentials>> credentials, string region, TimeProvider clock) : ITokenSource
{
    /// <summary>Whose token it is, in a sentence.</summary>
    public const string Owner = "this identity of AWS";

    /// <summary>What to check when brokers refuse it.</summary>
    public const string AdviceOnRights =
        "Give the identity kafka-cluster:Connect on the cluster, and check its credentials, sasl_aws_region, this machine's clock, and that the port is that of IAM (9098, or 9198).";

    private const string AdviceOnCredentials = "Give credentials of AWS (environment, profile, web identity or role)";

    /// <summary>The tokens of a cluster.</summary>
    /// <exception cref="BackupException">Its region is not known.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)] // Who does not log in at MSK does not load the client of AWS.
    public static OAuthTokens For(KafkaSection cluster, TimeProvider clock)
    {
        var region = MskRegion.Of(cluster, Environment.GetEnvironmentVariable)
            ?? throw new BackupException(FailureKind.Configuration, $"{cluster.Name}.security.sasl_aws_region {UnknownRegion}");
        return new OAuthTokens(new MskTokens(FindAsync, region, clock), clock);
    }

    /// <summary>What is said of <c>sasl_aws_region</c> where nothing tells the region.</summary>
    public const string UnknownRegion = "is required: neither the names of the brokers nor AWS_REGION tell in which region the cluster is.";

    /// <inheritdoc/>
    public async Task<OAuthToken> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            var found = await credentials(cancellation);
            var now = clock.GetUtcNow();
            return OAuthToken.Of(MskToken.Sign(found, region, now), now, now + MskToken.Lifetime);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException)
        {
            throw new BackupException(FailureKind.Source, $"There are no credentials for the login at MSK: {e.Message.Split('\n')[0].Trim().TrimEnd('.', ':')}. {AdviceOnCredentials}.", e)
            {
                // The service of the machine or pod that gives them may be away for a moment.
                IsRetryable = e is HttpRequestException or AmazonServiceException { StatusCode: System.Net.HttpStatusCode.TooManyRequests or >= System.Net.HttpStatusCode.InternalServerError },
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static async Task<ImmutableCredentials> FindAsync(CancellationToken cancellation)
    {
        // The SDK keeps what it finds, renews it in time, and has no way to be cancelled here.
        var found = await Task.Run(() => DefaultAWSCredentialsIdentityResolver.GetCredentials(), cancellation);
        return await found.GetCredentialsAsync().WaitAsync(cancellation);
    }
}
