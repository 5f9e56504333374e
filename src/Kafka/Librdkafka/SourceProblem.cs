using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>One complaint of librdkafka about a connection, understood as far as that decides how to go on.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Address">host:port of the broker; null when it is about none in particular.</param>
/// <param name="Reason">The reason, without librdkafka's wrapping and without a full stop.</param>
internal sealed record SourceProblem(SourceProblemKind Kind, string? Address, string Reason)
{
    // What a peer made librdkafka say is matched in one pass, whatever it is.
    private const RegexOptions OnePass = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.ExplicitCapture;

    private static readonly Regex Broker = new(@"^(?:[a-z_0-9]+://)?(?<address>[^/\s]+)/(?:bootstrap|\d+): (?<reason>.*)$", OnePass);

    private static readonly Regex Noise = new(
        @" ?\(after \d+ms in state (?:[^()]|\([^()]*\))*\)|(\S+\.c:\d+:\S* )?error:[0-9A-F]+:|SASL authentication error: |Connect to \S+ failed: "
        + @"|: connecting to a PLAINTEXT broker listener\?|Failed to acquire SASL OAUTHBEARER token: |: broker certificate could not be verified.*$",
        OnePass);

    private static readonly Regex Age = new(@"\(after (?<ms>\d+)ms in state", OnePass);

    /// <summary>Whether waiting cannot help: somebody has to change something.</summary>
    public bool IsFinal => Kind is SourceProblemKind.Tls or SourceProblemKind.Certificate or SourceProblemKind.ClientCertificate
        or SourceProblemKind.TokenRefused or SourceProblemKind.Mechanism or SourceProblemKind.Login;

    /// <summary>Reads what was given to an error handler, or to the log under "FAIL".</summary>
    /// <param name="code">The error's code; for a line of the log <see cref="ErrorCode.Local_Transport"/>.</param>
    /// <param name="text">The whole text.</param>
    public static SourceProblem Read(ErrorCode code, string text)
    {
        var broker = Broker.Match(text);
        var reason = Noise.Replace(broker.Success ? broker.Groups["reason"].Value : text, "").TrimEnd('.', ' ');
        return new SourceProblem(KindOf(code, text), broker.Success ? broker.Groups["address"].Value : null, reason);
    }

    private static SourceProblemKind KindOf(ErrorCode code, string text)
    {
        bool Has(string part) => text.Contains(part, StringComparison.Ordinal);

        if (Has("OAUTHBEARER token"))
        {
            // An endpoint that understood and refused answers with the JSON of RFC 6749.
            return Has("\"error\"") || Has("Failed to decode") ? SourceProblemKind.TokenRefused : SourceProblemKind.TokenUnavailable;
        }

        return code switch
        {
            ErrorCode.Local_Authentication when Has("mechanism handshake failed") => SourceProblemKind.Mechanism,
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => SourceProblemKind.Login,
            _ when Has("certificate verify failed") => SourceProblemKind.Certificate,
            _ when Has("alert") && (Has("certificate") || Has("unknown ca")) => SourceProblemKind.ClientCertificate,
            ErrorCode.Local_Ssl => SourceProblemKind.Tls,
            _ when Has("PLAINTEXT broker listener") || (Has("Disconnected") && IsYoung(text)) => SourceProblemKind.Closed,
            _ => SourceProblemKind.Unreachable,
        };
    }

    /// <summary>Whether a connection that broke had served for less than a second: brokers close a listener's wrong clients at once.</summary>
    private static bool IsYoung(string text) => Age.Match(text) is { Success: true } age && age.Groups["ms"].Length <= 3;
}
