using System.Buffers;

namespace KafkaBackup.Shared.Storage;

/// <summary>A place for objects under keys. Every backend passes the same contract suite.</summary>
/// <remarks>
/// <para>Keys are <c>/</c>-separated, relative to the storage root, without leading slash. A backend is linearizable: what a call that
/// returned has written, every later call of any process sees.</para>
/// <para>Errors. "Not there" is a null or an absence, never an exception, and only a definite answer of the store counts as such.
/// <see cref="StorageConflictException"/>: a condition did not hold. <see cref="StorageException"/>: everything else (unreachable,
/// forbidden, full); its <see cref="BackupException.IsRetryable"/> tells whether trying again can help. A failed write may have
/// happened or not; nothing is ever half-written under its key.</para>
/// </remarks>
public interface IObjectStore
{
    /// <summary>The store as an operator would name it, such as <c>/backups</c> or <c>s3://bucket/prefix</c>.</summary>
    string Name { get; }

    /// <summary>The store as <c>--path</c> takes it, to be copied out of a message. Default: its name.</summary>
    string Address => Name;

    /// <summary>Reads a whole object, or null when there is none.</summary>
    Task<StoredObject?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>Opens an object for reading from its start, or null when there is none. For objects that may be large.</summary>
    Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation);

    /// <summary>Reads size and ETag of an object without its content, or null when there is none.</summary>
    Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation);

    /// <summary>Writes an object whole and durably: when the call returns, a power cut does not undo it.</summary>
    /// <returns>The new ETag.</returns>
    /// <exception cref="StorageConflictException">The condition did not hold; nothing was written by this call.</exception>
    Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation);

    /// <summary>Lists keys that start with <paramref name="prefix"/>, in ordinal order, each once.</summary>
    IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Lists the names directly below <paramref name="prefix"/> ("" or ending in <c>/</c>) that have keys below them, without their slash.</summary>
    /// <remarks>A name whose keys may not be looked at is among them; reading below it tells why.</remarks>
    IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation);

    /// <summary>Deletes an object. Deleting what is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);
}
