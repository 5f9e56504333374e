using System.Buffers;
using System.Buffers.Binary;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;
using ETag = KafkaBackup.Shared.Storage.ETag;

namespace KafkaBackup.ObjectStores.Azure;

/// <content>Writes: small objects in one request, large ones in blocks that become an object at the end, if the condition holds then.</content>
public sealed partial class AzureObjectStore
{
    private static readonly BlobHttpHeaders Headers = new() { ContentType = "application/octet-stream" };

    /// <summary>The store compares what comes with it before it takes it.</summary>
    /// <remarks>The other algorithm packs the content into a format that emulators do not know: they would keep it packed.</remarks>
    private static readonly UploadTransferValidationOptions Checksum = new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };

    /// <inheritdoc />
    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        content.Length > _tuning.MultipartThreshold
            ? PutInBlocksAsync(key, content, condition, cancellation)
            : PutWholeAsync(key, content, condition, cancellation);

    private static BlobRequestConditions? Conditions(PutCondition condition) => condition switch
    {
        { Kind: PutConditionKind.CreateOnly } => new() { IfNoneMatch = global::Azure.ETag.All },
        { Expected: { } tag } => new() { IfMatch = new global::Azure.ETag($"\"{tag}\"") },
        _ => null,
    };

    /// <summary>Sends a PUT once.</summary>
    private Task<ETag> PutWholeAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        _calls.OnceAsync(key, "write", cancellation, async watch =>
        {
            using var body = new SequenceStream(content, watch.Progress);
            var options = new BlobUploadOptions
            {
                Conditions = Conditions(condition),
                HttpHeaders = Headers,
                TransferOptions = new() { InitialTransferSize = content.Length + 1 }, // What is less than that goes in one request.
                TransferValidation = Checksum,
            };
            return await JudgeAsync(key, condition, () => Blob(key).UploadAsync(body, options, watch.Token));
        },
        content.Length > RemoteTuning.SmallBody ? _tuning.Inactivity : null);

    /// <remarks>Blocks of an upload that came to nothing are no object. The store forgets them after a week.</remarks>
    private async Task<ETag> PutInBlocksAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        var (blob, upload, size) = (Blob(key), Guid.NewGuid(), _tuning.PartSizeFor(content.Length));
        var blocks = Enumerable.Range(0, (int)((content.Length + size - 1) / size)).Select(number => BlockId(upload, number)).ToArray();
        var options = new ParallelOptions { MaxDegreeOfParallelism = _tuning.ParallelParts, CancellationToken = cancellation };

        // Returns when no block is being sent any more: the memory is the caller's again then.
        await Parallel.ForAsync(0, blocks.Length, options, async (i, token) =>
        {
            var part = content.Slice(i * size, Math.Min(size, content.Length - (i * size)));
            await _calls.RepeatAsync(key, "write", token, async watch =>
            {
                using var body = new SequenceStream(part, watch.Progress);
                return await blob.StageBlockAsync(blocks[i], body, new BlockBlobStageBlockOptions { TransferValidation = Checksum }, watch.Token);
            },
            _tuning.Inactivity);
        });

        // Sent once, as every conditional write.
        return await _calls.OnceAsync(key, "write", cancellation, watch => JudgeAsync(key, condition, () => blob.CommitBlockListAsync(
            blocks, new CommitBlockListOptions { Conditions = Conditions(condition), HttpHeaders = Headers }, watch.Token)), _tuning.CompletionTimeout);
    }

    /// <summary>The name of a block, which is nobody else's: two that write the same object would mix theirs. All of an object are of one length.</summary>
    private static string BlockId(Guid upload, int number)
    {
        Span<byte> id = stackalloc byte[20];
        upload.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id[16..], number);
        return Convert.ToBase64String(id);
    }

    /// <summary>Tells an answer that says that the condition does not hold from others.</summary>
    private async Task<ETag> JudgeAsync(string key, PutCondition condition, Func<Task<Response<BlobContentInfo>>> send)
    {
        try
        {
            return TagOf(key, (await send()).Value.ETag);
        }
        catch (RequestFailedException e) when (AzureFailures.IsConflict(e, condition.Kind))
        {
            throw _failures.Conflict(key, condition);
        }
    }
}
