namespace KafkaBackup.Shared.Configuration;

/// <summary>What <c>sasl_mechanism</c> takes.</summary>
public static class SaslMechanismNames
{
    private static readonly (string Name, SaslMechanism Mechanism)[] All =
    [
        ("PLAIN", SaslMechanism.Plain),
        ("SCRAM-SHA-256", SaslMechanism.ScramSha256),
        ("SCRAM-SHA-512", SaslMechanism.ScramSha512),
        ("OAUTHBEARER", SaslMechanism.OAuthBearer),
        ("AWS_MSK_IAM", SaslMechanism.AwsMskIam),
        ("GSSAPI", SaslMechanism.Gssapi),
    ];

    private static readonly (string Name, SaslMechanism Mechanism)[] OfOso = [("SCRAM-SHA256", SaslMechanism.ScramSha256), ("SCRAM-SHA512", SaslMechanism.ScramSha512)];

    /// <summary>The names, as a message lists them.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. All.Select(item => item.Name)];

    /// <summary>OSO's spellings, which are read as well.</summary>
    internal static IReadOnlyList<string> OtherNames { get; } = [.. OfOso.Select(item => item.Name)];

    /// <summary>How a mechanism is written in the configuration.</summary>
    public static string NameOf(SaslMechanism mechanism) => All.First(item => item.Mechanism == mechanism).Name;

    /// <summary>The mechanism of a name that is one.</summary>
    internal static SaslMechanism Of(string name) => All.Concat(OfOso).First(item => item.Name == name).Mechanism;
}
