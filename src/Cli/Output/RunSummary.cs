using System.Text.Json;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Cli.Output;

/// <summary>Writes how a run ended to a file, for whoever started the process.</summary>
internal static class RunSummary
{
    /// <summary>How many failures it tells, and how much of each, so that all of it has less than 4,096 bytes, however its letters are written: Kubernetes takes no more.</summary>
    private const int MaxFailures = 3;

    private const int MaxSentence = 200;

    /// <summary>Writes it; a file that cannot be written is told, and changes nothing about the run.</summary>
    /// <param name="file">The file; null: none is wanted.</param>
    /// <param name="finished">How the run ended.</param>
    /// <param name="output">Where it is told.</param>
    public static void Write(string? file, BackupFinished finished, OutputOptions output)
    {
        if (file is null)
        {
            return;
        }

        var brief = finished with
        {
            Failures = [.. finished.Failures.Take(MaxFailures).Select(failure => failure.Message.Length <= MaxSentence ? failure : failure with { Message = failure.Message[..MaxSentence] + "…" })],
        };
        try
        {
            File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(brief, WireJson.Default.BackupFinished));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            output.WriteNote($"--summary: '{file}' cannot be written: {e.Message}");
        }
    }
}
