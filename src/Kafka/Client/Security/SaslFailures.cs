using System.Text;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Sentences about logins that fail.</summary>
internal static class SaslFailures
{
    private const int LongestQuote = 300;

    /// <summary>The broker does not let the user in.</summary>
    public static BackupException Refused(string user, string? said) => new(
        FailureKind.Source,
        $"The login as '{user}' is refused{Because(said)}. Check sasl_username and the password, and that the user exists for this sasl_mechanism.");

    /// <summary>What the broker said, as the rest of a sentence without a full stop.</summary>
    public static string Because(string? said) => string.IsNullOrWhiteSpace(said) ? "" : $": {Quote(said).TrimEnd('.')}";

    /// <summary>A text from elsewhere, in one line and not too long of it.</summary>
    public static string Quote(string text)
    {
        var quote = new StringBuilder();
        foreach (var letter in text.AsSpan().Trim())
        {
            if (quote.Length == LongestQuote)
            {
                return quote.Append('…').ToString();
            }

            quote.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return quote.ToString();
    }
}
