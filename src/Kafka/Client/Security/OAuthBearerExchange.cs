using System.Text;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>OAUTHBEARER (RFC 7628): a token that somebody else has given out, and the broker judges.</summary>
/// <param name="tokens">Where it comes from.</param>
/// <param name="owner">Whose it is, as the end of "the token of …".</param>
/// <param name="advice">What to check when it is refused.</param>
internal sealed class OAuthBearerExchange(OAuthTokens tokens, string owner, string advice) : ISaslExchange
{
    private OAuthToken? _token;
    private bool _isNew;
    private string? _error;

    /// <inheritdoc/>
    public string Mechanism => "OAUTHBEARER";

    /// <inheritdoc/>
    public async ValueTask<byte[]> BeginAsync(CancellationToken cancellation)
    {
        (_token, _isNew) = await tokens.GetAsync(cancellation);
        _error = null;
        return Encoding.UTF8.GetBytes($"n,,\u0001auth=Bearer {_token.Text}\u0001\u0001");
    }

    /// <inheritdoc/>
    public byte[]? Continue(ReadOnlySpan<byte> challenge)
    {
        if (_error is not null)
        {
            throw Refusal(null);
        }

        if (challenge.IsEmpty)
        {
            return null;
        }

        // RFC 7628 3.2.3: the broker has sent what is wrong, and fails the login only after this answer.
        _error = Encoding.UTF8.GetString(challenge);
        return [1];
    }

    /// <inheritdoc/>
    /// <remarks>The token is not kept: of one that had been kept, another try with a new one may go well.</remarks>
    public BackupException Refusal(string? said)
    {
        if (_token is not null)
        {
            tokens.Forget(_token);
        }

        return new BackupException(
            FailureKind.Source,
            $"The brokers do not take the token of {owner}{SaslFailures.Because(_error ?? said)}. {advice}")
        {
            IsRetryable = _token is not null && !_isNew,
        };
    }
}
