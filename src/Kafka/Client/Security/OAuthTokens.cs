using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Keeps the token that the connections of a cluster share, and has it renewed before it expires.</summary>
internal sealed class OAuthTokens(ITokenSource endpoint, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private OAuthToken? _kept;

    /// <summary>A token that will be valid for a while, and whether nobody else has been given it before.</summary>
    /// <exception cref="BackupException">The endpoint gives none.</exception>
    public async Task<(OAuthToken Token, bool IsNew)> GetAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var kept = _kept;
            if (kept is not null && clock.GetUtcNow() < kept.RenewAt)
            {
                return (kept, IsNew: false);
            }

            var token = await FetchAsync(kept, cancellation);
            _kept = token;
            return (token, IsNew: token != kept);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A broker did not take a token: nobody else is to try it.</summary>
    public void Forget(OAuthToken token) => Interlocked.CompareExchange(ref _kept, null, token);

    /// <inheritdoc/>
    public void Dispose()
    {
        endpoint.Dispose();
        _gate.Dispose();
    }

    private async Task<OAuthToken> FetchAsync(OAuthToken? old, CancellationToken cancellation)
    {
        try
        {
            return await endpoint.FetchAsync(cancellation);
        }
        catch (BackupException e) when (e.IsRetryable && old is not null && clock.GetUtcNow() < old.Until)
        {
            return old; // It still opens doors; the next connection asks the endpoint again.
        }
    }
}
