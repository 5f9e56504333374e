using System.Text.Encodings.Web;
using System.Text.Json;
using KafkaBackup.Cli.Output;
using KafkaBackup.Management.Pbm;

namespace KafkaBackup.Cli.Pbm;

/// <summary>Writes answers: for people as the node words them, for programs an object a line.</summary>
internal static class PbmOutput
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes all lines of the answer to <paramref name="command"/>.</summary>
    public static async Task WriteAsync(
        PbmClient client, IReadOnlyList<string> command, bool asJson, TextWriter output, CancellationToken cancellation)
    {
        await foreach (var answer in client.SendAsync(command, cancellation))
        {
            if (ToLine(answer, asJson) is { } line)
            {
                await output.WriteLineAsync(line.AsMemory(), CancellationToken.None);
            }
        }
    }

    private static string? ToLine(PbmAnswer answer, bool asJson) => asJson
        ? answer.Data?.ToJsonString(Relaxed)
        : answer.Text is { } text ? PlainText.Name(text) : null;
}
