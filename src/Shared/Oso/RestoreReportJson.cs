using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace KafkaBackup.Shared.Oso;

/// <summary>The generated readers and writers of a restore's reports.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RestoreReport))]
[JsonSerializable(typeof(RestorePlanReport))]
internal sealed partial class RestoreReportJson : JsonSerializerContext
{
    /// <summary>UTF-8, two spaces of indentation, a newline at the end.</summary>
    public static byte[] Write<T>(T report) => [.. JsonSerializer.SerializeToUtf8Bytes(report, (JsonTypeInfo<T>)Readable.Options.GetTypeInfo(typeof(T))), (byte)'\n'];

    private static class Readable
    {
        // The default encoder writes non-ASCII text, and quotes in sentences, as \u escapes.
        internal static readonly JsonSerializerOptions Options = new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n", IndentSize = 2 };
    }
}
