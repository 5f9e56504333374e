using Amazon.Runtime;
using Amazon.S3.Model;
using Amazon.S3;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;

namespace KafkaBackup.ObjectStores.S3;

/// <summary>Objects in a bucket of S3, or of a store that speaks its protocol and keeps its promises: strong consistency and conditional writes.</summary>
/// <remarks>
/// <para>A request is sent once, but for parts of a large upload and pages of a listing, which are sent again a few times so that the whole
/// need not be. What passes comes back as a retryable failure. When the answer to a conditional PUT is lost nobody here can tell a success of
/// our own from somebody else's; the callers can, as they know what they wrote.</para>
/// <para>Listings come in the order of the keys' UTF-8 bytes, which is the ordinal one but for characters beyond U+FFFF.</para>
/// </remarks>
public sealed partial class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly string _bucket;
    private readonly RemoteKeys _keys;
    private readonly RemoteTuning _tuning;
    private readonly S3Failures _failures;
    private readonly RemoteCalls _calls;
    private readonly HttpClient _http;
    private readonly AmazonS3Client _client;

    /// <summary>Whether bodies go in checksummed chunks. Else whole, with a SHA-256 in the signature, which every store checks.</summary>
    private readonly bool _sendsChecksums;

    /// <summary>A store in the bucket that <paramref name="section"/> names. Nothing is asked of it before the first call.</summary>
    /// <param name="section">Bucket, prefix, place and credentials.</param>
    /// <param name="tuning">Patience and sizes. Default: <see cref="RemoteTuning.Default"/>.</param>
    /// <param name="clock">Owns timeouts and pauses. Default: the system's.</param>
    /// <param name="random">The jitter of pauses. Default: a new one.</param>
    /// <exception cref="BackupException">There is no region.</exception>
    public S3ObjectStore(S3StorageSection section, RemoteTuning? tuning = null, TimeProvider? clock = null, Random? random = null)
    {
        _bucket = section.Bucket;
        _keys = new RemoteKeys(section.Prefix);
        Name = Shared.Configuration.S3Location.Scheme + (section.Prefix.Length == 0 ? _bucket : $"{_bucket}/{section.Prefix}");
        Address = Shared.Configuration.S3Location.Format(section);
        _tuning = tuning ?? RemoteTuning.Default;
        _sendsChecksums = section.ChecksumMode == Shared.Configuration.ChecksumMode.WhenSupported;
        _http = S3Connection.Http(_tuning);
        _client = S3Connection.Open(section, _http);
        _failures = new S3Failures(Name, section.Endpoint ?? $"S3 in {_client.Config.RegionEndpoint.SystemName}", _bucket, section.AccessKeyFile, section.SecretKeyFile);
        _calls = new RemoteCalls(_tuning, _failures, clock, random);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public string Address { get; }

    /// <inheritdoc />
    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "read", cancellation, async watch =>
    {
        if (await OpenAsync(key, watch) is not { } response)
        {
            return null;
        }

        await using var body = Body(key, response, watch.Progress);
        return new StoredObject(await body.ReadWholeAsync(watch.Token), TagOf(key, response.ETag));
    });

    /// <inheritdoc />
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation)
    {
        var response = await _calls.OnceAsync(key, "read", cancellation, watch => OpenAsync(key, watch));
        return response is null ? null : Body(key, response);
    }

    /// <inheritdoc />
    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "read", cancellation, async watch =>
    {
        try
        {
            var found = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _bucket, Key = _keys.Full(key) }, watch.Token);
            return new ObjectProperties(key, found.ContentLength, TagOf(key, found.ETag));
        }
        catch (AmazonServiceException e) when ((int)e.StatusCode is >= 300 and < 500)
        {
            // The answer to a HEAD has no body, so it cannot tell a missing object from a missing bucket. That to a GET can.
            using var response = await OpenAsync(key, watch);
            return response is null ? null : new ObjectProperties(key, LengthOf(response) ?? 0, TagOf(key, response.ETag));
        }
    });

    /// <inheritdoc />
    public Task DeleteAsync(string key, CancellationToken cancellation) => _calls.OnceAsync(key, "delete", cancellation, async watch =>
    {
        try
        {
            await _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _bucket, Key = _keys.Full(key) }, watch.Token);
        }
        catch (AmazonServiceException e) when (S3Failures.IsAbsent(e))
        {
            // S3 says 204 to that; some others do not.
        }

        return true;
    });

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    /// <summary>Begins to read an object; null when there is none.</summary>
    private async Task<GetObjectResponse?> OpenAsync(string key, InactivityWatch watch)
    {
        try
        {
            return await _client.GetObjectAsync(new GetObjectRequest { BucketName = _bucket, Key = _keys.Full(key) }, watch.Token);
        }
        catch (AmazonServiceException e) when (S3Failures.IsAbsent(e))
        {
            return null;
        }
    }

    private static long? LengthOf(GetObjectResponse response) => response.Headers.Keys.Contains("Content-Length") ? response.Headers.ContentLength : null;

    private RemoteReadStream Body(string key, GetObjectResponse response, Action? progress = null) =>
        _calls.Body(key, response.ResponseStream, LengthOf(response), response, progress);

    /// <summary>A tag as the product keeps it: without the quotes of HTTP.</summary>
    private ETag TagOf(string key, string? header) => header?.Trim('"') is { Length: > 0 } tag
        ? new ETag(tag)
        : throw new StorageException(key, $"{Name} gave no ETag for {key}. Conditional writes need one: use another store, or see what a proxy takes away.");
}
