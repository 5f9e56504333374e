using System.Security.Cryptography;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Makes the exchanges of one cluster's connections.</summary>
/// <remarks>A token for OAUTHBEARER is kept here, so that all connections share it.</remarks>
internal sealed class SaslExchanges(SecuritySection security, TimeProvider clock) : IDisposable
{
    private readonly OAuthTokens? _tokens = security.OAuth is { } oauth ? new OAuthTokens(new TokenEndpoint(oauth, clock), clock) : null;

    /// <summary>Whether there is an exchange for a login as <paramref name="security"/> wants it.</summary>
    public static bool Speak(SecuritySection security) => !security.IsSasl
        || security.Mechanism is SaslMechanism.Plain or SaslMechanism.ScramSha256 or SaslMechanism.ScramSha512 or SaslMechanism.OAuthBearer;

    /// <summary>The exchange for one login: a connection's first, or a later one on it.</summary>
    /// <exception cref="KafkaBackup.Shared.BackupException">The file with the user's name cannot be used.</exception>
    public ISaslExchange Create() => security.Mechanism switch
    {
        SaslMechanism.Plain => new PlainExchange(Username(), Password),
        SaslMechanism.ScramSha256 => new ScramExchange(HashAlgorithmName.SHA256, Username(), Password),
        SaslMechanism.ScramSha512 => new ScramExchange(HashAlgorithmName.SHA512, Username(), Password),
        SaslMechanism.OAuthBearer => new OAuthBearerExchange(_tokens!, security.OAuth!.ClientId),
        _ => throw new InvalidOperationException($"No exchange for {security.Mechanism}."),
    };

    /// <inheritdoc/>
    public void Dispose() => _tokens?.Dispose();

    private string Username() => security.UsernameFile is { } file ? SecurityFiles.ReadLine(file, "the user's name") : security.Username!;

    private string Password() => security.PasswordFile is { } file ? SecurityFiles.ReadLine(file, "the password") : security.Password!;
}
