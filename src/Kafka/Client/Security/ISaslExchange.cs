using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Proves the user to one broker on one connection: what is in SaslAuthenticate, from the first message to the last.</summary>
internal interface ISaslExchange
{
    /// <summary>The name of the mechanism, for SaslHandshake.</summary>
    string Mechanism { get; }

    /// <summary>The first message.</summary>
    /// <exception cref="BackupException">The password or token cannot be had.</exception>
    ValueTask<byte[]> BeginAsync(CancellationToken cancellation);

    /// <summary>What to send next.</summary>
    /// <param name="challenge">What the broker answered to the message before.</param>
    /// <returns>Null when nothing is left to say: the broker has proven itself as far as the mechanism does that.</returns>
    /// <exception cref="BackupException">The broker refuses, does not prove itself, or does not speak the mechanism.</exception>
    byte[]? Continue(ReadOnlySpan<byte> challenge);

    /// <summary>What to throw when the broker answers with an error.</summary>
    /// <param name="said">Its message, if there is one.</param>
    BackupException Refusal(string? said);
}
