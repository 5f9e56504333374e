using System.Buffers.Text;
using System.Text.Json;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Looks into a token for when it expires. Nothing is verified: that is up to the brokers.</summary>
internal static class JwtLifetime
{
    /// <summary>The claim <c>exp</c>; null when the token is no JWT (RFC 7519) or has none.</summary>
    public static DateTimeOffset? EndOf(string token)
    {
        if (token.Split('.') is not [_, var payload, _])
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("exp", out var end)
                && end.ValueKind == JsonValueKind.Number
                && end.TryGetDouble(out var seconds)
                ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
