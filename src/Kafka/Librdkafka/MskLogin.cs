using Confluent.Kafka;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using SaslMechanism = KafkaBackup.Shared.Configuration.SaslMechanism;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Gives librdkafka clients the tokens by which MSK knows an identity of AWS; all clients of a cluster share them.</summary>
internal sealed class MskLogin
{
    private const string Principal = "kafka-backup"; // librdkafka wants one; MSK takes it from the token.

    private readonly OAuthTokens _tokens;

    /// <summary>Hands out tokens.</summary>
    public MskLogin(OAuthTokens tokens) => _tokens = tokens;

    /// <summary>For a cluster; null when it is logged in to by other means.</summary>
    /// <exception cref="BackupException">Its region is not known.</exception>
    public static MskLogin? For(KafkaSection cluster) => cluster.Security is { IsSasl: true, Mechanism: SaslMechanism.AwsMskIam }
        ? new MskLogin(MskTokens.For(cluster, TimeProvider.System))
        : null;

    /// <summary>Gives a client its first token, so that it need not be polled before it can log in.</summary>
    /// <exception cref="BackupException">There are no credentials.</exception>
    public void Begin(IClient client) => Set(client, Token());

    /// <summary>Gives a client another token before its last one expires, or tells it why there is none.</summary>
    public void Refresh(IClient client)
    {
        try
        {
            Set(client, Token());
        }
        catch (BackupException e)
        {
            client.OAuthBearerSetTokenFailure(e.Message); // It asks again in ten seconds.
        }
    }

    // librdkafka asks on a thread of its own and wants to be answered there.
    private OAuthToken Token() => Task.Run(() => _tokens.GetAsync(CancellationToken.None)).GetAwaiter().GetResult().Token;

    private static void Set(IClient client, OAuthToken token) => client.OAuthBearerSetToken(token.Text, token.Until.ToUnixTimeMilliseconds(), Principal);
}
