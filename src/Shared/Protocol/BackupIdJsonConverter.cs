using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Protocol;

/// <summary>A backup id as a JSON string, checked when it is read.</summary>
public sealed class BackupIdJsonConverter : JsonConverter<BackupId>
{
    /// <inheritdoc />
    public override BackupId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = reader.GetString();
        return BackupId.Problem(value) is { } problem ? throw new JsonException(problem) : new BackupId(value!);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, BackupId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
