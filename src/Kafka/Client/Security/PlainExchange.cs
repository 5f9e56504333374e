using System.Text;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>PLAIN (RFC 4616): user and password as they are.</summary>
internal sealed class PlainExchange(string user, Func<string> password) : ISaslExchange
{
    /// <inheritdoc/>
    public string Mechanism => "PLAIN";

    /// <inheritdoc/>
    public ValueTask<byte[]> BeginAsync(CancellationToken cancellation) => new(Encoding.UTF8.GetBytes($"\0{user}\0{password()}"));

    /// <inheritdoc/>
    public byte[]? Continue(ReadOnlySpan<byte> challenge) => null;

    /// <inheritdoc/>
    public BackupException Refusal(string? said) => SaslFailures.Refused(user, said);
}
