namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Files that hold a password, as secrets are mounted into pods.</summary>
internal static class PasswordFiles
{
    /// <summary>The password in a file's content: all of it, but for the end of line that editors add; null when it is none.</summary>
    public static string? Of(string content)
    {
        var password = content.EndsWith("\r\n", StringComparison.Ordinal) ? content[..^2] : content.EndsWith('\n') ? content[..^1] : content;
        return password.Length == 0 || password.AsSpan().IndexOfAny('\r', '\n') >= 0 ? null : password;
    }

    /// <summary>The password in a file.</summary>
    /// <exception cref="IOException">It cannot be read, or holds none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string Read(string path) => Of(File.ReadAllText(path)) ?? throw new IOException($"The file '{path}' holds no password.");
}
