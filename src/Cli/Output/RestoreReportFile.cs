using System.Text.Json;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Output;

/// <summary>Where a restore's report goes beside the log: <c>--report</c> and <c>--format</c>.</summary>
/// <param name="file">A file; null: none.</param>
/// <param name="format"><c>json</c> or <c>yaml</c>: it is printed as well; <c>text</c>: the log tells it.</param>
internal sealed class RestoreReportFile(string? file, string format)
{
    /// <summary>Nowhere.</summary>
    public static RestoreReportFile None { get; } = new(null, "text");

    /// <summary>Refuses a file that could not be written, before anything is done.</summary>
    /// <exception cref="BackupException">It could not.</exception>
    public void Check()
    {
        var folder = file is null ? null : Path.GetDirectoryName(Path.GetFullPath(file));
        if (folder is not null && (!Directory.Exists(folder) || Directory.Exists(file)))
        {
            throw new BackupException(FailureKind.Configuration, $"--report {file}: {(Directory.Exists(file) ? "it is a directory" : $"there is no directory {folder}")}. Nothing was done.");
        }
    }

    /// <summary>Writes and prints it.</summary>
    /// <param name="report">Reads the report, as JSON; not asked when nobody wants it.</param>
    /// <exception cref="BackupException">The file could not be written.</exception>
    public async Task WriteAsync(Func<Task<JsonElement>> report)
    {
        if (file is null && format == "text")
        {
            return;
        }

        var json = await report();
        if (format != "text")
        {
            Console.Out.Write(format == "json" ? json.GetRawText().TrimEnd() + "\n" : YamlText.Write(json));
        }

        if (file is not null)
        {
            await WriteFileAsync(file, json.GetRawText().TrimEnd() + "\n");
        }
    }

    private static async Task WriteFileAsync(string file, string text)
    {
        try
        {
            await File.WriteAllTextAsync(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Internal, $"The report could not be written to {file}: {e.Message} The restore itself ended as told above.", e);
        }
    }
}
