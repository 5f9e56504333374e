namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>What an operator can do about a ledger that cannot be read.</summary>
public static class RepairAdvice
{
    /// <summary>Two sentences to stand behind the one that says what is wrong.</summary>
    /// <param name="key">The object; its backup is the first part of the key.</param>
    /// <param name="store">Where it lies, as <c>--path</c> takes it; null where that is not known.</param>
    public static string For(string key, string? store)
    {
        var backup = key[..Math.Max(0, key.IndexOf('/', StringComparison.Ordinal))];
        return $"Nothing was changed. Bring the object back from a version or copy; or run '{Command(backup, store)}', "
            + "which rebuilds the ledger from what is there and deletes nothing.";
    }

    /// <summary>The command that repairs a backup, to be copied.</summary>
    public static string Command(string backup, string? store) =>
        $"kafka-backup repair --path {Quoted(store ?? "PATH")} --backup-id {Quoted(backup)}";

    /// <summary>A word as a shell takes it.</summary>
    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':') ? word : $"\"{word}\"";
}
