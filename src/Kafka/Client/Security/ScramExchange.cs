using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>SCRAM (RFC 5802, RFC 7677): either side proves that it knows the password, and neither shows it.</summary>
/// <remarks>User and password go in as UTF-8, without SASLprep: that is how Kafka makes what it keeps of them.</remarks>
internal sealed class ScramExchange(HashAlgorithmName hash, string user, Func<string> password, string? nonce = null) : ISaslExchange
{
    /// <summary>What the RFCs demand: below it, a password can be guessed from what is said here.</summary>
    public const int LeastIterations = 4096;

    /// <summary>A broker that is none could keep the client busy for hours. Kafka takes 16,384 at most.</summary>
    public const int MostIterations = 1_000_000;

    /// <summary>No channel binding: the header of the first message, and what it is as <c>c=</c>.</summary>
    private const string Header = "n,,";
    private const string HeaderCode = "biws";

    private const string Advice = "Check that bootstrap_servers leads to the brokers that are meant.";

    private readonly string _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private string _first = "";
    private byte[]? _expected;

    /// <inheritdoc/>
    public string Mechanism => hash == HashAlgorithmName.SHA512 ? "SCRAM-SHA-512" : "SCRAM-SHA-256";

    /// <inheritdoc/>
    public ValueTask<byte[]> BeginAsync(CancellationToken cancellation)
    {
        var name = user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        (_first, _expected) = ($"n={name},r={_nonce}", null);
        return new(Encoding.UTF8.GetBytes(Header + _first));
    }

    /// <inheritdoc/>
    public byte[]? Continue(ReadOnlySpan<byte> challenge)
    {
        var text = Encoding.UTF8.GetString(challenge);
        var fields = text.Split(',');
        if (Field(fields, 0, "e=") is { } error)
        {
            throw Refusal(error);
        }

        if (_expected is null)
        {
            return Prove(text, fields);
        }

        var signature = Decode(Field(fields, 0, "v=") ?? throw Garbled("its last message has no signature"));
        return CryptographicOperations.FixedTimeEquals(signature, _expected)
            ? null
            : throw new BackupException(
                FailureKind.Source,
                $"The broker does not prove that it knows the user '{user}': its signature is wrong. {Advice}");
    }

    /// <inheritdoc/>
    public BackupException Refusal(string? said) => SaslFailures.Refused(user, said);

    private byte[] Prove(string serverFirst, string[] fields)
    {
        // RFC 5802 5.1: "m=" would be an extension that must be understood.
        var both = Field(fields, 0, "r=") ?? throw Garbled("its first message has no nonce");
        var salt = Decode(Field(fields, 1, "s=") ?? throw Garbled("its first message has no salt"));
        if (!both.StartsWith(_nonce, StringComparison.Ordinal) || both.Length == _nonce.Length)
        {
            throw Garbled("its nonce is not one that follows from the client's");
        }

        if (!int.TryParse(Field(fields, 2, "i="), out var iterations) || iterations is < LeastIterations or > MostIterations)
        {
            var asked = SaslFailures.Quote(Field(fields, 2, "i=") ?? "no");
            throw Garbled($"it asks for {asked} iterations, and {LeastIterations} to {MostIterations} are taken");
        }

        var withoutProof = $"c={HeaderCode},r={both}";
        var exchange = Encoding.UTF8.GetBytes($"{_first},{serverFirst},{withoutProof}");
        var length = hash == HashAlgorithmName.SHA512 ? SHA512.HashSizeInBytes : SHA256.HashSizeInBytes;
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password()), salt, iterations, hash, length);
        var clientKey = Sign(salted, "Client Key"u8);
        var proof = Sign(CryptographicOperations.HashData(hash, clientKey), exchange);
        for (var at = 0; at < proof.Length; at++)
        {
            proof[at] ^= clientKey[at];
        }

        _expected = Sign(Sign(salted, "Server Key"u8), exchange);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private byte[] Sign(byte[] key, ReadOnlySpan<byte> text) => CryptographicOperations.HmacData(hash, key, text);

    /// <summary>A field at its place, which the RFC fixes.</summary>
    private static string? Field(string[] fields, int place, string name) =>
        place < fields.Length && fields[place].StartsWith(name, StringComparison.Ordinal) ? fields[place][name.Length..] : null;

    private byte[] Decode(string code)
    {
        try
        {
            return Convert.FromBase64String(code);
        }
        catch (FormatException)
        {
            throw Garbled("a field is not base64");
        }
    }

    private BackupException Garbled(string what) =>
        new(FailureKind.Source, $"The broker does not speak {Mechanism} as it should: {what}. {Advice}");
}
