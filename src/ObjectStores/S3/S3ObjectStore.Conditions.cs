using System.Buffers;
using Amazon.Runtime;
using Amazon.S3.Model;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.S3;

/// <content>Writes, and what their conditions take.</content>
public sealed partial class S3ObjectStore
{
    /// <summary>A tag that no content has.</summary>
    private static readonly ETag NoTag = new(new string('0', 32));

    /// <summary>How this store wants tags in <c>If-Match</c>. HTTP wants quotes, Ceph's gateway 16 never matches a quoted one.</summary>
    private volatile bool _quotes = true;

    /// <inheritdoc />
    public async Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        var quotes = _quotes;
        try
        {
            return await SendAsync(key, content, condition, quotes, cancellation);
        }
        catch (StorageConflictException) when (quotes && condition.Kind == PutConditionKind.IfMatch)
        {
            // Nothing was written. A store that refuses the very tag it gives is taken at its word in the other spelling.
            if ((await HeadAsync(key, cancellation))?.ETag != condition.Expected || !await ComparesUnquotedTagsAsync(key, cancellation))
            {
                throw;
            }

            _quotes = false;
            return await SendAsync(key, content, condition, quotes: false, cancellation);
        }
    }

    private static string? CreateOnly(PutCondition condition) => condition.Kind == PutConditionKind.CreateOnly ? "*" : null;

    private static string? Match(PutCondition condition, bool quotes) => condition.Expected is { } tag ? quotes ? $"\"{tag}\"" : tag.Value : null;

    private Task<ETag> SendAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, bool quotes, CancellationToken cancellation) =>
        content.Length > _tuning.MultipartThreshold
            ? PutInPartsAsync(key, content, condition, quotes, cancellation)
            : PutWholeAsync(key, content, condition, quotes, cancellation);

    /// <summary>Sends a PUT once.</summary>
    private Task<ETag> PutWholeAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, bool quotes, CancellationToken cancellation) =>
        _calls.OnceAsync(key, "write", cancellation, async watch =>
        {
            using var body = new SequenceStream(content, watch.Progress);
            var request = new PutObjectRequest
            {
                BucketName = _bucket,
                Key = _keys.Full(key),
                InputStream = body,
                AutoCloseStream = false,
                ContentType = ContentType,
                UseChunkEncoding = _sendsChecksums,
                IfNoneMatch = CreateOnly(condition),
                IfMatch = Match(condition, quotes),
            };
            try
            {
                return TagOf(key, (await _client.PutObjectAsync(request, watch.Token)).ETag);
            }
            catch (AmazonServiceException e) when (S3Failures.IsConflict(e, condition.Kind))
            {
                throw _failures.Conflict(key, condition);
            }
        },
        content.Length > RemoteTuning.SmallBody ? _tuning.Inactivity : null);

    /// <summary>Whether the store compares tags without quotes, found out on a throw-away object beside <paramref name="key"/>.</summary>
    /// <remarks>One that took such a header for no condition at all would let two writers win.</remarks>
    private async Task<bool> ComparesUnquotedTagsAsync(string key, CancellationToken cancellation)
    {
        var probe = $"{key}.probe-{Guid.NewGuid():N}";
        var content = new ReadOnlySequence<byte>("probe"u8.ToArray());
        try
        {
            var tag = await SendAsync(probe, content, PutCondition.Overwrite, quotes: false, cancellation);
            return !await HoldsAsync(NoTag) && await HoldsAsync(tag);
        }
        finally
        {
            await DeleteAsync(probe, CancellationToken.None);
        }

        async Task<bool> HoldsAsync(ETag tag)
        {
            try
            {
                await SendAsync(probe, content, PutCondition.IfMatch(tag), quotes: false, cancellation);
                return true;
            }
            catch (StorageConflictException)
            {
                return false;
            }
        }
    }
}
