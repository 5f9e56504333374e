using System.Buffers;
using System.Globalization;
using System.Text;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>Store calls in the words of the storage tests: objects are short texts and nothing is cancelled.</summary>
internal static class StoreTexts
{
    public static Task<ETag> PutAsync(this IObjectStore store, string key, string text, PutCondition condition) =>
        store.PutAsync(key, Bytes(text), condition, CancellationToken.None);

    public static Task<ETag> PutAsync(this IObjectStore store, string key, string text) => store.PutAsync(key, text, PutCondition.Overwrite);

    /// <summary>True when the condition held, false on a conflict.</summary>
    public static async Task<bool> TryPutAsync(this IObjectStore store, string key, string text, PutCondition condition)
    {
        try
        {
            await store.PutAsync(key, text, condition);
            return true;
        }
        catch (StorageConflictException e)
        {
            Assert.Equal(key, e.Key);
            return false;
        }
    }

    public static Task<StoredObject?> GetAsync(this IObjectStore store, string key) => store.GetAsync(key, CancellationToken.None);

    public static async Task<string?> TextAsync(this IObjectStore store, string key) =>
        await store.GetAsync(key) is { } found ? Encoding.UTF8.GetString(found.Content.Span) : null;

    public static Task DeleteAsync(this IObjectStore store, string key) => store.DeleteAsync(key, CancellationToken.None);

    public static async Task<string[]> KeysAsync(this IObjectStore store, string prefix) =>
        await store.ListAsync(prefix, CancellationToken.None).Select(found => found.Key).ToArrayAsync();

    public static async Task<string[]> FoldersAsync(this IObjectStore store, string prefix) =>
        await store.ListFoldersAsync(prefix, CancellationToken.None).ToArrayAsync();

    /// <summary>Adds one to the number in an object as all counters of the product do: read, compare and swap, again on a conflict.</summary>
    public static async Task IncrementAsync(this IObjectStore store, string key)
    {
        while (true)
        {
            var current = await store.GetAsync(key);
            var next = current is null ? 1 : int.Parse(current.Content.Span, CultureInfo.InvariantCulture) + 1;
            if (await store.TryPutAsync(key, next.ToString(CultureInfo.InvariantCulture), PutCondition.Expecting(current?.ETag)))
            {
                return;
            }
        }
    }

    public static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The blocks as one sequence that is not one piece of memory.</summary>
    public static ReadOnlySequence<byte> Sequence(params IEnumerable<ReadOnlyMemory<byte>> blocks) => SequenceLink.Chain(blocks);
}
