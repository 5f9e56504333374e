using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>Keeps offset snapshots where OSO's tool does: <c>offset-snapshots/{id}/snapshot.json</c> and <c>metadata.json</c>, beside the backups.</summary>
/// <remarks>An object is written once. The snapshot counts as soon as it is there; what lists tell of it comes after it, and goes before it, so that whoever is
/// interrupted leaves no entry without a snapshot.</remarks>
public sealed class OffsetSnapshotStore(IObjectStore store)
{
    private const string Prefix = "offset-snapshots/";
    private const int AtOnce = 16;
    private const int MaxTries = 10;

    /// <summary>The folder of a snapshot, with a slash.</summary>
    public static string FolderOf(OffsetSnapshotId id) => $"{Prefix}{id}/";

    /// <summary>Stores a snapshot under a name of its time.</summary>
    /// <returns>The snapshot as it is stored.</returns>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    public async Task<OffsetSnapshot> CreateAsync(OffsetSnapshot snapshot, Random random, CancellationToken cancellation)
    {
        var key = "";
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var id = OffsetSnapshotId.New(snapshot.CreatedAt, random);
            var named = snapshot with { SnapshotId = id.Value };
            key = SnapshotKey(id);
            if (await TryCreateAsync(key, named.ToJson(), cancellation))
            {
                key = MetadataKey(id);
                return await TryCreateAsync(key, named.ToMetadata().ToJson(), cancellation)
                    ? named
                    : throw new StorageException(key, $"'{key}' in {store.Name} is there, and is not of this snapshot. Nothing else is wrong with snapshot {id}.");
            }
        }

        throw new StorageException(key, $"{store.Name} calls {MaxTries} new names in turn taken, at last '{key}'. See that it honours If-None-Match.");
    }

    /// <summary>Stores a snapshot under the name that it has, unless there is one of it: that stays.</summary>
    /// <returns>The snapshot that is stored.</returns>
    /// <exception cref="StorageException">The store cannot be read or written.</exception>
    public async Task<OffsetSnapshot> KeepAsync(OffsetSnapshot snapshot, CancellationToken cancellation)
    {
        var id = OffsetSnapshotId.TryParse(snapshot.SnapshotId) ?? throw new ArgumentException($"'{snapshot.SnapshotId}' is no snapshot id.", nameof(snapshot));
        if (!await TryCreateAsync(SnapshotKey(id), snapshot.ToJson(), cancellation))
        {
            snapshot = await ReadAsync(id, cancellation);
        }

        _ = await TryCreateAsync(MetadataKey(id), snapshot.ToMetadata().ToJson(), cancellation);
        return snapshot;
    }

    /// <summary>Where a snapshot lies, as an operator would name it.</summary>
    public string AddressOf(OffsetSnapshot snapshot) => $"{store.Address.TrimEnd('/')}/{Prefix}{snapshot.SnapshotId}/";

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="BackupException">There is none of this name.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public async Task<OffsetSnapshot> ReadAsync(OffsetSnapshotId id, CancellationToken cancellation)
    {
        var key = SnapshotKey(id);
        return await store.GetAsync(key, cancellation) is { } stored ? OffsetSnapshot.Read(stored.Content.Span, key) : throw Absent(id);
    }

    /// <summary>What snapshots there are. A damaged one hides no other.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<OffsetSnapshotListing> ListAsync(CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var name in store.ListFoldersAsync(Prefix, cancellation))
        {
            names.Add(name);
        }

        var found = new List<(OffsetSnapshotMetadata? Snapshot, string? Problem)>();
        foreach (var batch in names.Chunk(AtOnce))
        {
            found.AddRange(await Task.WhenAll(batch.Select(name => LookAsync(name, cancellation))));
        }

        return new OffsetSnapshotListing(
            [.. found.Select(entry => entry.Snapshot).OfType<OffsetSnapshotMetadata>()
                .OrderByDescending(entry => entry.CreatedAt).ThenByDescending(entry => entry.SnapshotId, StringComparer.Ordinal)],
            [.. found.Select(entry => entry.Problem).OfType<string>()]);
    }

    /// <summary>Deletes a snapshot, be it damaged.</summary>
    /// <exception cref="BackupException">There is none of this name.</exception>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    public async Task DeleteAsync(OffsetSnapshotId id, CancellationToken cancellation)
    {
        string[] keys = [MetadataKey(id), SnapshotKey(id)];
        var found = await Task.WhenAll(keys.Select(key => store.HeadAsync(key, cancellation)));
        if (found.All(properties => properties is null))
        {
            throw Absent(id);
        }

        foreach (var key in keys)
        {
            await store.DeleteAsync(key, cancellation);
        }
    }

    private static string SnapshotKey(OffsetSnapshotId id) => $"{FolderOf(id)}snapshot.json";

    private static string MetadataKey(OffsetSnapshotId id) => $"{FolderOf(id)}metadata.json";

    /// <returns>Whether the object is there with this content; false when it has another.</returns>
    private async Task<bool> TryCreateAsync(string key, byte[] content, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, new ReadOnlySequence<byte>(content), PutCondition.CreateOnly, cancellation);
            return true;
        }
        catch (StorageConflictException)
        {
            var there = await store.GetAsync(key, cancellation);
            return there?.Content.Span.SequenceEqual(content) == true; // The answer to an earlier try of this very call may have been lost.
        }
    }

    /// <summary>What there is to tell of a folder. Its name is the snapshot's, whatever stands in it.</summary>
    private async Task<(OffsetSnapshotMetadata? Snapshot, string? Problem)> LookAsync(string name, CancellationToken cancellation)
    {
        if (OffsetSnapshotId.TryParse(name) is not { } id)
        {
            return (null, $"'{Prefix}{name}' cannot be the name of a snapshot.");
        }

        var (metadata, lesser) = await TryReadAsync(MetadataKey(id), OffsetSnapshotMetadata.Read, cancellation);
        if (metadata is not null && await store.HeadAsync(SnapshotKey(id), cancellation) is not null)
        {
            return (metadata with { SnapshotId = name }, null);
        }

        var (snapshot, problem) = await TryReadAsync(SnapshotKey(id), OffsetSnapshot.Read, cancellation);
        return snapshot is null
            ? (null, problem ?? $"'{SnapshotKey(id)}' is missing: there is nothing to go back to.")
            : (snapshot.ToMetadata() with { SnapshotId = name }, lesser);
    }

    /// <returns>Nothing at all where there is no object.</returns>
    private async Task<(T? Value, string? Problem)> TryReadAsync<T>(string key, Reader<T> read, CancellationToken cancellation)
        where T : class
    {
        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            return (null, null);
        }

        try
        {
            return (read(stored.Content.Span, key), null);
        }
        catch (StorageException e)
        {
            return (null, e.Message);
        }
    }

    private BackupException Absent(OffsetSnapshotId id) => new(FailureKind.Configuration,
        $"There is no offset snapshot '{id}' in {store.Name}. See 'kafka-backup offset-rollback list --path' for those that are there.");

    private delegate T Reader<T>(ReadOnlySpan<byte> content, string key);
}
