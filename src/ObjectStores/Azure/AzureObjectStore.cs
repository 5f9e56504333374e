using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using ETag = KafkaBackup.Shared.Storage.ETag;

namespace KafkaBackup.ObjectStores.Azure;

/// <summary>Objects in a container of Azure Blob Storage, as block blobs.</summary>
/// <remarks>
/// <para>A request is sent once, but for blocks of a large upload and pages of a listing, which are sent again a few times so that the whole
/// need not be. What passes comes back as a retryable failure. When the answer to a conditional PUT is lost nobody here can tell a success of
/// our own from somebody else's; the callers can, as they know what they wrote.</para>
/// <para>A read that breaks off is gone on with a few times, as long as it is the same version of the object.</para>
/// </remarks>
public sealed partial class AzureObjectStore : IObjectStore, IDisposable
{
    private readonly RemoteKeys _keys;
    private readonly RemoteTuning _tuning;
    private readonly AzureFailures _failures;
    private readonly RemoteCalls _calls;
    private readonly HttpClient _http;
    private readonly BlobContainerClient _container;

    /// <summary>A store in the container that <paramref name="section"/> names. Nothing is asked of it before the first call.</summary>
    /// <param name="section">Account, container, prefix, place and credentials.</param>
    /// <param name="tuning">Patience and sizes. Default: <see cref="RemoteTuning.Default"/>.</param>
    /// <param name="clock">Owns timeouts and pauses. Default: the system's.</param>
    /// <param name="random">The jitter of pauses. Default: a new one.</param>
    /// <exception cref="BackupException">A key of the environment is none, or a token would travel unencrypted.</exception>
    public AzureObjectStore(AzureStorageSection section, RemoteTuning? tuning = null, TimeProvider? clock = null, Random? random = null)
    {
        _keys = new RemoteKeys(section.Prefix);
        _tuning = tuning ?? RemoteTuning.Default;
        Name = $"{AzureLocation.Scheme}{section.ContainerName}@{section.AccountName}{(section.Prefix.Length == 0 ? "" : "/" + section.Prefix)}";
        Address = AzureLocation.Format(section);
        _failures = new AzureFailures(Name, AzureLocation.Endpoint(section), section.ContainerName,
            section.SasTokenFile, section.AccountKeyFile, section.ClientSecretFile, section.ClientIdFile, section.TenantIdFile);
        _calls = new RemoteCalls(_tuning, _failures, clock, random);
        _http = RemoteHttp.Client(RemoteHttp.Connections(_tuning));
        _container = AzureConnection.Open(section, _http, Environment.GetEnvironmentVariable);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public string Address { get; }

    /// <inheritdoc />
    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "read", cancellation, async watch =>
    {
        if (await OpenAsync(key, watch) is not { } answer)
        {
            return null;
        }

        await using var body = Body(key, answer, watch.Progress);
        return new StoredObject(await body.ReadWholeAsync(watch.Token), TagOf(key, answer.Details.ETag));
    });

    /// <inheritdoc />
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        await _calls.OnceAsync(key, "read", cancellation, async watch => await OpenAsync(key, watch) is { } answer ? Body(key, answer) : null);

    /// <inheritdoc />
    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "read", cancellation, async watch =>
    {
        try
        {
            BlobProperties found = await Blob(key).GetPropertiesAsync(cancellationToken: watch.Token);
            return new ObjectProperties(key, found.ContentLength, TagOf(key, found.ETag));
        }
        catch (RequestFailedException e) when (AzureFailures.IsAbsent(e))
        {
            return null;
        }
    });

    /// <inheritdoc />
    public Task DeleteAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "delete", cancellation, async watch =>
    {
        try
        {
            await Blob(key).DeleteAsync(cancellationToken: watch.Token);
        }
        catch (RequestFailedException e) when (AzureFailures.IsAbsent(e))
        {
            // Somebody else did it.
        }

        return true;
    });

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private BlockBlobClient Blob(string key) => _container.GetBlockBlobClient(_keys.Full(key));

    /// <summary>Begins to read an object; null when there is none.</summary>
    private async Task<BlobDownloadStreamingResult?> OpenAsync(string key, InactivityWatch watch)
    {
        try
        {
            return await Blob(key).DownloadStreamingAsync(cancellationToken: watch.Token);
        }
        catch (RequestFailedException e) when (AzureFailures.IsAbsent(e))
        {
            return null;
        }
    }

    private RemoteReadStream Body(string key, BlobDownloadStreamingResult answer, Action? progress = null) =>
        _calls.Body(key, answer.Content, answer.Details.ContentLength, answer, progress);

    /// <summary>A tag as the product keeps it: without the quotes of HTTP.</summary>
    private ETag TagOf(string key, global::Azure.ETag tag) => tag.ToString()?.Trim('"') is { Length: > 0 } text
        ? new ETag(text)
        : throw new StorageException(key, $"{Name} gave no ETag for {key}. Conditional writes need one: see what a proxy takes away.");
}
