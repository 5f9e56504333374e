using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Azure;

/// <content>Listings.</content>
public sealed partial class AzureObjectStore
{
    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var options = new GetBlobsOptions { Prefix = _keys.Root + prefix };
        await foreach (var page in PagesAsync(prefix, token => _container.GetBlobsAsync(options, token), cancellation))
        {
            foreach (var found in page.Values)
            {
                var key = _keys.Relative(found.Name);
                yield return new ObjectProperties(key, found.Properties.ContentLength ?? 0, found.Properties.ETag is { } tag ? TagOf(key, tag) : null);
            }
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var options = new GetBlobsByHierarchyOptions { Prefix = _keys.Root + prefix, Delimiter = "/" };
        await foreach (var page in PagesAsync(prefix, token => _container.GetBlobsByHierarchyAsync(options, token), cancellation))
        {
            foreach (var found in page.Values.Where(item => item.IsPrefix))
            {
                yield return _keys.Relative(found.Prefix)[prefix.Length..^1];
            }
        }
    }

    private async IAsyncEnumerable<Page<T>> PagesAsync<T>(
        string prefix, Func<CancellationToken, AsyncPageable<T>> list, [EnumeratorCancellation] CancellationToken cancellation)
        where T : notnull
    {
        string? next = null;
        do
        {
            var from = next;
            var page = await _calls.RepeatAsync(prefix, "list", cancellation, async watch =>
            {
                await using var pages = list(watch.Token).AsPages(from).GetAsyncEnumerator(watch.Token);
                return await pages.MoveNextAsync() ? pages.Current : null;
            });
            if (page is null)
            {
                yield break;
            }

            yield return page;
            next = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }
}
