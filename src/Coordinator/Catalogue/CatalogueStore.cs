using System.Buffers;
using System.Text.Json;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Catalogue;

/// <summary>The catalogue's objects: one for each declared backup, changed by compare-and-swap, so that two clusters or two keepers do no harm.</summary>
/// <param name="store">Where the catalogue lives.</param>
public sealed class CatalogueStore(IObjectStore store)
{
    private const string Prefix = "_catalogue/backups/";
    private const string Suffix = ".json";

    /// <summary>How often a swap that others were faster with is tried again.</summary>
    private const int MaxTries = 20;

    /// <summary>The store as an operator would name it.</summary>
    public string Name => store.Name;

    /// <summary>All declared backups, in order of their keys, and what is wrong with objects that are none.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<(IReadOnlyList<DeclaredBackup> Declared, IReadOnlyList<string> Damaged)> ListAsync(CancellationToken cancellation)
    {
        var (declared, damaged) = (new List<DeclaredBackup>(), new List<string>());
        await foreach (var found in store.ListAsync(Prefix, cancellation))
        {
            if (found.Key.EndsWith(Suffix, StringComparison.Ordinal) && await store.GetAsync(found.Key, cancellation) is { } there)
            {
                try
                {
                    declared.Add(Read(there, found.Key));
                }
                catch (DamagedDeclarationException e)
                {
                    damaged.Add(e.Message); // The others go on.
                }
            }
        }

        return (declared, damaged);
    }

    /// <summary>Changes what is declared of a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="change">Makes the new declaration of the one there (null: none); the same or an equal one: nothing is written. Called again when another was faster.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What is declared now; null when nothing is.</returns>
    /// <exception cref="StorageException">The store failed: whether it was changed is not known.</exception>
    public async Task<DeclaredBackup?> ChangeAsync(BackupId backup, Func<DeclaredBackup?, DeclaredBackup?> change, CancellationToken cancellation)
    {
        var key = $"{Prefix}{backup}{Suffix}";
        for (var tries = 1; ; tries++)
        {
            var there = await store.GetAsync(key, cancellation);
            var known = there is null ? null : Read(there, key);
            var next = change(known);
            if (Equals(next, known))
            {
                return known;
            }

            if (next is null)
            {
                await store.DeleteAsync(key, cancellation);
                return null;
            }

            next = next with { Revision = Guid.NewGuid().ToString("N") };
            var bytes = JsonSerializer.SerializeToUtf8Bytes(next, WireJson.Default.DeclaredBackup);
            try
            {
                await store.PutAsync(key, new ReadOnlySequence<byte>(bytes), PutCondition.Expecting(there?.ETag), cancellation);
                return next;
            }
            catch (StorageConflictException)
            {
                // Another keeper was faster, or the answer to an earlier try was lost: what is there decides.
                if (await store.GetAsync(key, cancellation) is { } other && other.Content.Span.SequenceEqual(bytes))
                {
                    return next;
                }

                if (tries == MaxTries)
                {
                    throw;
                }
            }
        }
    }

    /// <exception cref="DamagedDeclarationException">The object is no declaration.</exception>
    private DeclaredBackup Read(StoredObject found, string key)
    {
        try
        {
            return JsonSerializer.Deserialize(found.Content.Span, WireJson.Default.DeclaredBackup) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new DamagedDeclarationException($"{key} in {store.Name} is no declared backup ({e.Message.TrimEnd('.')}). Submit the backup again, or remove the object.", e);
        }
    }

    private sealed class DamagedDeclarationException(string message, Exception cause) : BackupException(FailureKind.Storage, message, cause);
}
