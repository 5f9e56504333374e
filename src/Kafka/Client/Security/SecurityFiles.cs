using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Reads the files that <c>security</c> names, anew for each connection.</summary>
/// <remarks>They were in order when the run began. They may just be on the way to be replaced, so another try may help.</remarks>
internal static class SecurityFiles
{
    /// <summary>The text of a file.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, $"cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>What stands in the one line of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What that is, for a sentence.</param>
    /// <exception cref="BackupException">It cannot be read, or holds none.</exception>
    public static string ReadLine(string path, string what) =>
        SecretFiles.LineOf(Read(path)) ?? throw Unusable(path, $"has to hold {what}, in one line");

    /// <summary>The failure to use a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="objection">What goes on after its name, without a full stop.</param>
    /// <param name="cause">The exception, if there was one.</param>
    public static BackupException Unusable(string path, string objection, Exception? cause = null) =>
        new(FailureKind.Source, $"The file '{path}' {objection}. Put it in order.", cause) { IsRetryable = true, EndsRun = true };
}
