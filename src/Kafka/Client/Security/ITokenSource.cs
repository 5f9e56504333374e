using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Whoever gives tokens for OAUTHBEARER.</summary>
internal interface ITokenSource : IDisposable
{
    /// <summary>Gets a token.</summary>
    /// <exception cref="BackupException">There is none; the message says why, and never shows a secret.</exception>
    Task<OAuthToken> FetchAsync(CancellationToken cancellation);
}
