using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Output;

/// <summary>Turns what is logged into one line.</summary>
internal static class LogLine
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line for people: level, the backup if it is to be named, and the message.</summary>
    public static string Text(LogLevel level, string message, Exception? exception, BackupId? backup = null)
    {
        var text = backup is { } id ? $"[{NameOf(level)}] {id}: {message}" : $"[{NameOf(level)}] {message}";
        return exception is null || level < LogLevel.Error ? text : $"{text}: {exception.Message}";
    }

    /// <summary>The line as JSON: time, level, the backup if it is to be named, message, and each named value of the message under its own name.</summary>
    public static string Json(LogLevel level, DateTimeOffset time, string message, object? state, Exception? exception, BackupId? backup = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("level", NameOf(level));
            if (backup is { } id)
            {
                json.WriteString("backup_id", id.Value);
            }

            json.WriteString("message", message);
            foreach (var (name, value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
            {
                if (name != "{OriginalFormat}")
                {
                    Write(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
                }
            }

            if (exception is not null)
            {
                json.WriteString("exception", exception.Message);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case long number:
                json.WriteNumber(name, number);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, value?.ToString());
                break;
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Warning => "WARN",
        LogLevel.Error or LogLevel.Critical => "ERROR",
        _ => "INFO",
    };
}
