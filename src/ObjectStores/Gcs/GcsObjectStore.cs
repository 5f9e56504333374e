using System.Globalization;
using System.Net;
using System.Text.Json;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>Objects in a bucket of Google Cloud Storage. Their tags are their generations.</summary>
/// <remarks>
/// <para>A request is sent once, but for pieces of a large upload and pages of a listing, which are sent again a few times so that the whole
/// need not be. What passes comes back as a retryable failure. When the answer to a conditional PUT in one request is lost nobody here can tell
/// a success of our own from somebody else's; the callers can, as they know what they wrote. An upload in pieces can be asked.</para>
/// <para>Listings come in the order of the keys' UTF-8 bytes, which is the ordinal one but for characters beyond U+FFFF.</para>
/// </remarks>
public sealed partial class GcsObjectStore : IObjectStore, IDisposable
{
    private readonly RemoteKeys _keys;
    private readonly RemoteTuning _tuning;
    private readonly GcsFailures _failures;
    private readonly RemoteCalls _calls;
    private readonly GcsClient _client;

    /// <summary>A store in the bucket that <paramref name="section"/> names. Nothing is asked of it before the first call.</summary>
    /// <param name="section">Bucket, prefix, place and credentials.</param>
    /// <param name="tuning">Patience and sizes. Default: <see cref="RemoteTuning.Default"/>.</param>
    /// <param name="clock">Owns timeouts and pauses. Default: the system's.</param>
    /// <param name="random">The jitter of pauses. Default: a new one.</param>
    public GcsObjectStore(GcsStorageSection section, RemoteTuning? tuning = null, TimeProvider? clock = null, Random? random = null)
    {
        _keys = new RemoteKeys(section.Prefix);
        _tuning = tuning ?? RemoteTuning.Default;
        Name = GcsLocation.Scheme + (section.Prefix.Length == 0 ? section.Bucket : $"{section.Bucket}/{section.Prefix}");
        Address = GcsLocation.Format(section);
        _failures = new GcsFailures(Name, section.Endpoint ?? GcsClient.Place, section.Bucket, section.ServiceAccountPath);
        _calls = new RemoteCalls(_tuning, _failures, clock, random);
        _client = new GcsClient(section, new GcsCredentials(section, Environment.GetEnvironmentVariable), _tuning);
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

        await using var body = await BodyAsync(key, answer, watch, watch.Progress);
        return new StoredObject(await body.ReadWholeAsync(watch.Token), TagOf(key, answer));
    });

    /// <inheritdoc />
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        await _calls.OnceAsync(key, "read", cancellation, async watch => await OpenAsync(key, watch) is { } answer ? await BodyAsync(key, answer, watch) : null);

    /// <inheritdoc />
    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "read", cancellation, async watch =>
    {
        try
        {
            using var found = await _client.AskAsync(HttpMethod.Get, _client.Object(_keys.Full(key), "?fields=size,generation"), null, watch.Token);
            return new ObjectProperties(key, Size(found.RootElement), TagOf(key, found.RootElement));
        }
        catch (GcsRefusal e) when (e.Status == HttpStatusCode.NotFound)
        {
            await ExpectBucketAsync(watch);
            return null;
        }
    });

    /// <inheritdoc />
    public Task DeleteAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "delete", cancellation, async watch =>
    {
        try
        {
            using var answer = await _client.SendAsync(HttpMethod.Delete, _client.Object(_keys.Full(key)), null, watch.Token);
        }
        catch (GcsRefusal e) when (e.Status == HttpStatusCode.NotFound)
        {
            await ExpectBucketAsync(watch);
        }

        return true;
    });

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static long Size(JsonElement found) =>
        found.TryGetProperty("size", out var size) ? long.Parse(size.GetString()!, CultureInfo.InvariantCulture) : 0;

    /// <summary>Begins to read an object; null when there is none.</summary>
    private async Task<HttpResponseMessage?> OpenAsync(string key, InactivityWatch watch)
    {
        try
        {
            return await _client.SendAsync(HttpMethod.Get, _client.Object(_keys.Full(key), "?alt=media"), null, watch.Token);
        }
        catch (GcsRefusal e) when (e.Status == HttpStatusCode.NotFound)
        {
            await ExpectBucketAsync(watch);
            return null;
        }
    }

    /// <summary>Makes sure that 404 is said of an object: of a missing bucket, or by whoever answers at a wrong address, it is said as well.</summary>
    /// <exception cref="GcsRefusal">There is no bucket, or it may not be looked at.</exception>
    private async Task ExpectBucketAsync(InactivityWatch watch)
    {
        watch.Progress();
        using var listing = await AskBucketAsync("?maxResults=1&fields=nextPageToken", watch);
    }

    /// <summary>A page of a listing.</summary>
    /// <exception cref="GcsRefusal">The bucket is not there, or may not be listed.</exception>
    private async Task<JsonDocument> AskBucketAsync(string query, InactivityWatch watch)
    {
        try
        {
            return await _client.AskAsync(HttpMethod.Get, _client.Objects(query), null, watch.Token);
        }
        catch (GcsRefusal e) when (e.Status == HttpStatusCode.NotFound)
        {
            throw OfBucket(e);
        }
    }

    private static GcsRefusal OfBucket(GcsRefusal refusal) => new(refusal.Status, refusal.Reason, refusal.Message) { IsOfBucket = true };

    private async Task<RemoteReadStream> BodyAsync(string key, HttpResponseMessage answer, InactivityWatch watch, Action? progress = null)
    {
        var length = answer.Content.Headers.ContentLength;
        var content = await answer.Content.ReadAsStreamAsync(watch.Token);
        return _calls.Body(key, length > 0 && ChecksumOf(answer) is { } sum ? new Crc32CStream(content, length.Value, sum) : content, length, answer, progress);
    }

    /// <summary>The checksum of what comes; null where it comes otherwise than it is stored, or without one.</summary>
    private static uint? ChecksumOf(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("x-goog-hash", out var hashes)
            || (answer.Headers.TryGetValues("x-goog-stored-content-encoding", out var stored) && !stored.Contains("identity")))
        {
            return null;
        }

        return hashes.SelectMany(line => line.Split(',')).Select(hash => hash.Trim().Split('=', 2))
            .Where(hash => hash is ["crc32c", _]).Select(hash => Crc32CStream.Parse(hash[1])).FirstOrDefault();
    }

    private ETag TagOf(string key, HttpResponseMessage answer) =>
        TagOf(key, answer.Headers.TryGetValues("x-goog-generation", out var values) ? values.FirstOrDefault() : null);

    private ETag TagOf(string key, JsonElement found) => TagOf(key, found.TryGetProperty("generation", out var generation) ? generation.GetString() : null);

    private ETag TagOf(string key, string? generation) => string.IsNullOrEmpty(generation)
        ? throw new StorageException(key, $"{Name} gave no generation for {key}. Conditional writes need one: see what a proxy takes away.")
        : new ETag(generation);
}
