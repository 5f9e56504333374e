using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using Amazon.S3;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.S3;

/// <content>Listings.</content>
public sealed partial class S3ObjectStore
{
    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in PagesAsync(prefix, delimiter: null, cancellation))
        {
            foreach (var found in page.S3Objects ?? [])
            {
                var key = Relative(found.Key, page);
                yield return new ObjectProperties(key, found.Size ?? 0, found.ETag is null ? null : TagOf(key, found.ETag));
            }
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in PagesAsync(prefix, "/", cancellation))
        {
            foreach (var found in page.CommonPrefixes ?? [])
            {
                yield return Relative(found, page)[prefix.Length..^1];
            }
        }
    }

    private async IAsyncEnumerable<ListObjectsV2Response> PagesAsync(string prefix, string? delimiter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var from = next;
            var page = await _calls.RepeatAsync(prefix, "list", cancellation, watch => _client.ListObjectsV2Async(
                new ListObjectsV2Request
                {
                    BucketName = _bucket,
                    Prefix = _keys.Root + prefix,
                    Delimiter = delimiter,
                    ContinuationToken = from,
                    Encoding = EncodingType.Url, // A key may hold what XML cannot.
                },
                watch.Token));
            yield return page;
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>A key or folder of an answer as the callers know it. Stores that encode none say so by leaving the encoding out.</summary>
    private string Relative(string found, ListObjectsV2Response page) =>
        (page.Encoding == EncodingType.Url ? WebUtility.UrlDecode(found) : found)[_keys.Root.Length..];
}
