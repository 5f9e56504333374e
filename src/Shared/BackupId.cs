using System.Text;
using System.Text.Json.Serialization;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Shared;

/// <summary>The name of one backup: the first segment of every key that belongs to it.</summary>
/// <remarks>
/// It becomes a directory or a key prefix as it stands, so nothing that could lead out of the storage root or nest one backup in
/// another is let in: not empty, at most 200 characters, no <c>/</c>, no <c>\</c>, no control characters, and neither <c>.</c> nor <c>..</c>.
/// </remarks>
[JsonConverter(typeof(BackupIdJsonConverter))]
public readonly record struct BackupId : IComparable<BackupId>
{
    /// <summary>The longest name accepted, in characters.</summary>
    public const int MaxLength = 200;

    private readonly string? _value;

    /// <summary>Takes <paramref name="value"/> as a backup id.</summary>
    /// <exception cref="ArgumentException">The text is no valid backup id; the message says why.</exception>
    public BackupId(string value)
    {
        if (Problem(value) is { } problem)
        {
            throw new ArgumentException(problem, nameof(value));
        }

        _value = value;
    }

    /// <summary>The id as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("A backup id was used before it was given a value.");

    /// <summary>Says in one sentence why <paramref name="value"/> is no backup id, or null when it is one.</summary>
    public static string? Problem(string? value) => value switch
    {
        null or "" => "a backup id must not be empty",
        "." or ".." => $"'{value}' is no backup id: it would leave the storage root",
        { Length: > MaxLength } => $"a backup id has at most {MaxLength} characters, this one has {value.Length}",
        _ when value.AsSpan().IndexOfAny('/', '\\') >= 0 => $"'{value}' is no backup id: it must not contain '/' or '\\'",
        _ when value.Any(char.IsControl) => "a backup id must not contain control characters",
        _ when value.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar) => "a backup id must be valid Unicode text",
        _ when value.StartsWith('.') => $"'{value}' is no backup id: names that start with '.' are kept for temporary files",
        _ => null,
    };

    /// <inheritdoc />
    public int CompareTo(BackupId other) => string.CompareOrdinal(_value, other._value);

    /// <inheritdoc />
    public override string ToString() => _value ?? "";
}
