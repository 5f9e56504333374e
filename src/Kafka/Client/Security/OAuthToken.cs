using System.Text;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>A token for OAUTHBEARER.</summary>
/// <param name="Text">The token itself.</param>
/// <param name="RenewAt">From when on another is to be had.</param>
/// <param name="Until">When it expires.</param>
internal sealed record OAuthToken(string Text, DateTimeOffset RenewAt, DateTimeOffset Until)
{
    /// <summary>How much of its life a token is used for: brokers need some of the rest, and an endpoint may be away for a while.</summary>
    public const double UsedShare = 0.8;

    /// <summary>A token that was given out just now.</summary>
    /// <param name="text">The token itself.</param>
    /// <param name="now">The present.</param>
    /// <param name="until">When it expires; null when nobody knows, so that it is used once.</param>
    public static OAuthToken Of(string text, DateTimeOffset now, DateTimeOffset? until) =>
        until is { } end && end > now ? new OAuthToken(text, now + ((end - now) * UsedShare), end) : new OAuthToken(text, now, now);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append("Until = ").Append(Until); // Never the secret.
        return true;
    }
}
