using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Makes the token by which MSK knows an identity of AWS: a request to it, signed and never sent.</summary>
/// <remarks>
/// Signature Version 4 in a query, written out: the SDK signs with a time of its own. The agent is added behind the signature, as Amazon's
/// own libraries do: it is not signed.
/// </remarks>
internal static class MskToken
{
    /// <summary>How long a token can be used, as MSK has it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(900);

    private const string Algorithm = "AWS4-HMAC-SHA256", Service = "kafka-cluster", SignedHeaders = "host", Agent = "kafka-backup";

    /// <summary>The token.</summary>
    /// <param name="credentials">Who logs in.</param>
    /// <param name="region">The cluster's region.</param>
    /// <param name="now">From when on it can be used.</param>
    public static string Sign(ImmutableCredentials credentials, string region, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/{Service}/aws4_request";
        var host = $"kafka.{region}.amazonaws.com";
        var query = Query(credentials, scope, time);
        var request = $"GET\n/\n{query}\nhost:{host}\n\n{SignedHeaders}\n{Hash("")}";
        var signature = Convert.ToHexStringLower(Hmac(Key(credentials.SecretKey, time[..8], region), $"{Algorithm}\n{time}\n{scope}\n{Hash(request)}"));
        var url = $"https://{host}/?{query}&X-Amz-Signature={signature}&User-Agent={Agent}";
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(url));
    }

    /// <summary>The query that is signed, in the order of its names.</summary>
    private static string Query(ImmutableCredentials credentials, string scope, string time)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Action"] = "kafka-cluster:Connect",
            ["X-Amz-Algorithm"] = Algorithm,
            ["X-Amz-Credential"] = $"{credentials.AccessKey}/{scope}",
            ["X-Amz-Date"] = time,
            ["X-Amz-Expires"] = $"{Lifetime.TotalSeconds:0}",
            ["X-Amz-SignedHeaders"] = SignedHeaders,
        };
        if (credentials.UseToken)
        {
            values["X-Amz-Security-Token"] = credentials.Token;
        }

        return string.Join('&', values.Select(value => $"{value.Key}={Uri.EscapeDataString(value.Value)}"));
    }

    private static byte[] Key(string secret, string date, string region) =>
        Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + secret), date), region), Service), "aws4_request");

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
