using System.Runtime.CompilerServices;
using System.Text.Json;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Gcs;

/// <content>Listings.</content>
public sealed partial class GcsObjectStore
{
    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in PagesAsync(prefix, "&fields=nextPageToken,items(name,size,generation)", cancellation))
        {
            foreach (var found in Array(page, "items"))
            {
                var key = _keys.Relative(found.GetProperty("name").GetString()!);
                yield return new ObjectProperties(key, Size(found), TagOf(key, found));
            }
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in PagesAsync(prefix, "&delimiter=/&fields=nextPageToken,prefixes", cancellation))
        {
            foreach (var found in Array(page, "prefixes"))
            {
                yield return _keys.Relative(found.GetString()!)[prefix.Length..^1];
            }
        }
    }

    private static IEnumerable<JsonElement> Array(JsonElement page, string name) => page.TryGetProperty(name, out var array) ? array.EnumerateArray() : [];

    private async IAsyncEnumerable<JsonElement> PagesAsync(string prefix, string options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = $"?prefix={Uri.EscapeDataString(_keys.Root + prefix)}{options}";
        string? next = null;
        do
        {
            var from = next is null ? "" : $"&pageToken={Uri.EscapeDataString(next)}";
            using var page = await _calls.RepeatAsync(prefix, "list", cancellation, watch => AskBucketAsync(query + from, watch));
            yield return page.RootElement;
            next = page.RootElement.TryGetProperty("nextPageToken", out var token) ? token.GetString() : null;
        }
        while (!string.IsNullOrEmpty(next));
    }
}
