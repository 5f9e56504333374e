using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Reads credentials from files, for each use: whoever replaces a key replaces its file, and nobody is told.</summary>
internal static class StoreSecrets
{
    /// <summary>What stands in a file that holds one secret.</summary>
    /// <exception cref="SecretFileException">It cannot be read, or holds none.</exception>
    public static string Read(string path) =>
        SecretFiles.KeyOf(Text(path)) ?? throw new SecretFileException($"the file '{path}' has to hold a key or token, in one line and without blanks. Put it in order");

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretFileException($"the file '{path}' with credentials cannot be read: {e.Message.TrimEnd('.')}. Put it in order", e);
        }
    }
}
