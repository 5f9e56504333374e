using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Cli.Output;

/// <summary>Writes what a validation found.</summary>
internal static class ChecksText
{
    /// <summary>A line for each check, and what it comes to.</summary>
    public static string Table(ChecksReport report)
    {
        var text = new StringBuilder();
        foreach (var check in report.Checks)
        {
            text.Append(CultureInfo.InvariantCulture, $"{check.Verdict.ToString().ToUpperInvariant(),-8} {PlainText.Name(check.Check)}: {PlainText.Name(check.Message)}\n");
        }

        if (report.EvidencePath is { } path)
        {
            text.Append(CultureInfo.InvariantCulture, $"Report: {path}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"Result: {report.Verdict.ToString().ToUpperInvariant()}\n").ToString();
    }

    /// <summary>The same as JSON.</summary>
    public static string Json(ChecksReport report) => JsonSerializer.Serialize(report, Readable.GetTypeInfo(typeof(ChecksReport))) + "\n";

    // The default encoder writes quotes in sentences as \u escapes.
    private static readonly JsonSerializerOptions Readable = new(WireJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, NewLine = "\n" };
}
