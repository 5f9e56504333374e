using System.Security.Cryptography;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Makes the exchanges of one cluster's connections.</summary>
/// <remarks>A token for OAUTHBEARER is kept here, so that all connections share it.</remarks>
/// <param name="cluster">What says how to log in.</param>
/// <param name="clock">Tells when a token expires.</param>
internal sealed class SaslExchanges(KafkaSection cluster, TimeProvider clock) : IDisposable
{
    private readonly SecuritySection _security = cluster.Security;

    private readonly OAuthTokens? _tokens = cluster.Security switch
    {
        { OAuth: { } oauth } => new OAuthTokens(new TokenEndpoint(oauth, clock), clock),
        { IsSasl: true, Mechanism: SaslMechanism.AwsMskIam } => MskTokens.For(cluster, clock),
        _ => null,
    };

    /// <summary>Whether there is an exchange for a login as <paramref name="security"/> wants it.</summary>
    public static bool Speak(SecuritySection security) => !security.IsSasl
        || security.Mechanism is not SaslMechanism.Gssapi;

    /// <summary>The exchange for one login: a connection's first, or a later one on it.</summary>
    /// <exception cref="KafkaBackup.Shared.BackupException">The file with the user's name cannot be used.</exception>
    public ISaslExchange Create() => _security.Mechanism switch
    {
        SaslMechanism.Plain => new PlainExchange(Username(), Password),
        SaslMechanism.ScramSha256 => new ScramExchange(HashAlgorithmName.SHA256, Username(), Password),
        SaslMechanism.ScramSha512 => new ScramExchange(HashAlgorithmName.SHA512, Username(), Password),
        SaslMechanism.OAuthBearer => new OAuthBearerExchange(_tokens!, $"'{_security.OAuth!.ClientId}'",
            "Check sasl_oauth_client_id and sasl_oauth_scope, and what the brokers ask of a token."),
        SaslMechanism.AwsMskIam => new OAuthBearerExchange(_tokens!, MskTokens.Owner, MskTokens.AdviceOnRights),
        _ => throw new InvalidOperationException($"No exchange for {_security.Mechanism}."),
    };

    /// <inheritdoc/>
    public void Dispose() => _tokens?.Dispose();

    private string Username() => _security.UsernameFile is { } file ? SecurityFiles.ReadLine(file, "the user's name") : _security.Username!;

    private string Password() => _security.PasswordFile is { } file ? SecurityFiles.ReadLine(file, "the password") : _security.Password!;
}
