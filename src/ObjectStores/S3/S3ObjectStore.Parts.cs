using System.Buffers;
using Amazon.Runtime;
using Amazon.S3.Model;
using Amazon.S3;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.S3;

/// <content>Large objects, which are sent in parts and become one under their key at the end, if the condition holds then.</content>
public sealed partial class S3ObjectStore
{
    private const string ContentType = "application/octet-stream";

    private ChecksumAlgorithm? PartChecksum => _sendsChecksums ? ChecksumAlgorithm.CRC32 : null;

    private async Task<ETag> PutInPartsAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, bool quotes, CancellationToken cancellation)
    {
        var started = await _calls.RepeatAsync(key, "write", cancellation, watch => _client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = _keys.Full(key), ContentType = ContentType, ChecksumAlgorithm = PartChecksum },
            watch.Token));
        try
        {
            var parts = await SendPartsAsync(key, content, started.UploadId, cancellation);
            return await CompleteAsync(key, started.UploadId, parts, condition, quotes, cancellation);
        }
        catch
        {
            await AbortAsync(key, started.UploadId);
            throw;
        }
    }

    private async Task<PartETag[]> SendPartsAsync(string key, ReadOnlySequence<byte> content, string upload, CancellationToken cancellation)
    {
        var size = _tuning.PartSizeFor(content.Length);
        var parts = new PartETag[(content.Length + size - 1) / size];
        var options = new ParallelOptions { MaxDegreeOfParallelism = _tuning.ParallelParts, CancellationToken = cancellation };

        // Returns when no part is being sent any more: the memory is the caller's again then.
        await Parallel.ForAsync(0, parts.Length, options, async (i, token) =>
        {
            var part = content.Slice(i * size, Math.Min(size, content.Length - (i * size)));
            parts[i] = await _calls.RepeatAsync(key, "write", token, async watch =>
            {
                using var body = new SequenceStream(part, watch.Progress);
                var sent = await _client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = _bucket,
                        Key = _keys.Full(key),
                        UploadId = upload,
                        PartNumber = i + 1,
                        PartSize = part.Length,
                        InputStream = body,
                        UseChunkEncoding = _sendsChecksums,
                        ChecksumAlgorithm = PartChecksum,
                    },
                    watch.Token);
                return new PartETag(sent, _sendsChecksums) { PartNumber = i + 1 };
            },
            _tuning.Inactivity);
        });
        return parts;
    }

    /// <summary>Makes the parts one object. Sent once, as every conditional write.</summary>
    private Task<ETag> CompleteAsync(string key, string upload, PartETag[] parts, PutCondition condition, bool quotes, CancellationToken cancellation) =>
        _calls.OnceAsync(key, "write", cancellation, async watch =>
        {
            var request = new CompleteMultipartUploadRequest
            {
                BucketName = _bucket,
                Key = _keys.Full(key),
                UploadId = upload,
                PartETags = [.. parts],
                IfNoneMatch = CreateOnly(condition),
                IfMatch = Match(condition, quotes),
            };
            try
            {
                return TagOf(key, (await _client.CompleteMultipartUploadAsync(request, watch.Token)).ETag);
            }
            catch (AmazonServiceException e) when (S3Failures.IsConflict(e, condition.Kind))
            {
                throw _failures.Conflict(key, condition);
            }
        },
        _tuning.CompletionTimeout);

    /// <summary>Frees the parts of an upload that came to nothing, if the store can be reached; else its lifecycle rule does.</summary>
    private async Task AbortAsync(string key, string upload)
    {
        try
        {
            await _calls.OnceAsync(key, "write", CancellationToken.None, watch => _client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = _bucket, Key = _keys.Full(key), UploadId = upload }, watch.Token),
                _tuning.ConnectTimeout);
        }
        catch (StorageException)
        {
            // What ended the upload is what the caller hears of. After a completion whose answer was lost there is nothing to abort.
        }
    }
}
