namespace KafkaBackup.Shared.Configuration;

/// <summary>A file of which a section has a secret, or what belongs to one.</summary>
/// <param name="Key">The key that names it.</param>
/// <param name="Path">Where it is.</param>
/// <param name="What">What it has to hold, for a sentence.</param>
/// <param name="Accepts">Whether a text is such.</param>
internal sealed record SecretFile(string Key, string Path, string What, Func<string, bool> Accepts)
{
    /// <summary>A file with a text without blanks.</summary>
    public static SecretFile? Of(string key, string? path, string what) => path is null ? null : new(key, path, what, _ => true);
}
