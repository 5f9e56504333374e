using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Gcs;

/// <content>Writes: small objects in one request, large ones in pieces that become an object with the last of them, if the condition holds then.</content>
public sealed partial class GcsObjectStore
{
    private const int CopyBuffer = 64 * 1024;

    private static readonly MediaTypeHeaderValue ContentType = new("application/octet-stream");

    /// <inheritdoc />
    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        if (condition.Expected is { } tag && !long.TryParse(tag.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return Task.FromException<ETag>(_failures.Conflict(key, condition)); // No object here ever had it.
        }

        return content.Length > _tuning.MultipartThreshold
            ? PutInPiecesAsync(key, content, condition, cancellation)
            : PutWholeAsync(key, content, condition, cancellation);
    }

    private static string Query(string kind, PutCondition condition) => $"?uploadType={kind}&fields=generation" + condition.Kind switch
    {
        PutConditionKind.CreateOnly => "&ifGenerationMatch=0",
        PutConditionKind.IfMatch => $"&ifGenerationMatch={condition.Expected}",
        _ => "",
    };

    /// <summary>Name and checksum of an object. What comes is compared with the checksum before it becomes the object.</summary>
    private static ByteArrayContent Properties(string name, ReadOnlySequence<byte> content)
    {
        var sum = 0u;
        foreach (var piece in content)
        {
            sum = Crc32C.Append(sum, piece.Span);
        }

        var properties = new Dictionary<string, string> { ["name"] = name, ["contentType"] = ContentType.MediaType!, ["crc32c"] = Crc32CStream.Text(sum) };
        return new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(properties)) { Headers = { ContentType = new("application/json", "utf-8") } };
    }

    /// <summary>Sends a write once.</summary>
    private Task<ETag> PutWholeAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        _calls.OnceAsync(key, "write", cancellation, async watch =>
        {
            using var stream = new SequenceStream(content, watch.Progress);
            using var body = new MultipartContent("related")
            {
                Properties(_keys.Full(key), content), new StreamContent(stream, CopyBuffer) { Headers = { ContentType = ContentType } },
            };
            return await JudgeAsync(key, condition, async () =>
            {
                using var written = await _client.AskAsync(HttpMethod.Post, _client.Upload(Query("multipart", condition)), body, watch.Token);
                return TagOf(key, written.RootElement);
            });
        },
        content.Length > RemoteTuning.SmallBody ? _tuning.Inactivity : null);

    private async Task<ETag> PutInPiecesAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        var session = await _calls.RepeatAsync(key, "write", cancellation, watch => BeginAsync(key, content, condition, watch));
        var upload = new Upload(key, session, content, condition);
        while (upload.Tag is null)
        {
            var isSent = false;
            await _calls.RepeatAsync(key, "write", cancellation, async watch =>
            {
                if (isSent)
                {
                    // It may have arrived all the same, the last one included: whoever has it knows.
                    await AskHowFarAsync(upload, watch);
                    watch.Progress();
                }

                isSent = true;
                return upload.Tag is not null || await SendPieceAsync(upload, watch);
            },
            _tuning.Inactivity);
        }

        return upload.Tag.Value;
    }

    /// <summary>Begins an upload; returns the address of its pieces. One that comes to nothing costs nothing, and is forgotten after a week.</summary>
    private Task<Uri> BeginAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, InactivityWatch watch) =>
        JudgeAsync(key, condition, async () =>
        {
            using var properties = Properties(_keys.Full(key), content);
            properties.Headers.Add("X-Upload-Content-Type", ContentType.MediaType);
            properties.Headers.Add("X-Upload-Content-Length", content.Length.ToString(CultureInfo.InvariantCulture));
            using var begun = await _client.SendAsync(HttpMethod.Post, _client.Upload(Query("resumable", condition)), properties, watch.Token);
            return begun.Headers.Location ?? throw new StorageException(key, $"{Name} gave no address for the upload of {key}. See what a proxy takes away.");
        });

    private async Task<bool> SendPieceAsync(Upload upload, InactivityWatch watch)
    {
        var (before, rest) = (upload.Arrived, upload.Content.Length - upload.Arrived);
        if (rest > 0)
        {
            var length = Math.Min(_tuning.PartSize * _tuning.ParallelParts, rest);
            using var stream = new SequenceStream(upload.Content.Slice(before, length), watch.Progress);
            using var piece = new StreamContent(stream, CopyBuffer) { Headers = { ContentRange = new(before, before + length - 1, upload.Content.Length) } };
            await PutPieceAsync(upload, piece, watch);
        }

        return upload.Tag is not null || upload.Arrived > before
            ? true
            : throw new StorageException(upload.Key, $"Cannot write {Name}/{upload.Key}: the store took nothing of what was sent.") { IsRetryable = true };
    }

    private async Task AskHowFarAsync(Upload upload, InactivityWatch watch)
    {
        using var nothing = new ByteArrayContent([]) { Headers = { ContentRange = new(upload.Content.Length) } };
        await PutPieceAsync(upload, nothing, watch);
    }

    /// <summary>Sends a request of an upload and notes what its answer says: that it is done, or how much has arrived.</summary>
    private Task PutPieceAsync(Upload upload, HttpContent piece, InactivityWatch watch) => JudgeAsync(upload.Key, upload.Condition, async () =>
    {
        try
        {
            using var answer = await _client.SendAsync(HttpMethod.Put, upload.Session, piece, watch.Token);
            if (answer.IsSuccessStatusCode)
            {
                using var written = await GcsClient.ReadAsync(answer, watch.Token);
                upload.Tag = TagOf(upload.Key, written.RootElement);
            }
            else
            {
                upload.Arrived = answer.Headers.TryGetValues("Range", out var ranges) && RangeHeaderValue.TryParse(ranges.First(), out var range)
                    ? range.Ranges.Max(part => part.To ?? -1) + 1
                    : 0;
            }

            return true;
        }
        catch (GcsRefusal e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            throw new GcsRefusal(e.Status, e.Reason, e.Message) { EndsUpload = true };
        }
    });

    /// <summary>Tells an answer that says that the condition does not hold, or that there is no bucket, from others.</summary>
    private async Task<T> JudgeAsync<T>(string key, PutCondition condition, Func<Task<T>> send)
    {
        try
        {
            return await send();
        }
        catch (GcsRefusal e) when (e.Status == HttpStatusCode.PreconditionFailed && condition.Kind != PutConditionKind.Overwrite)
        {
            throw _failures.Conflict(key, condition);
        }
        catch (GcsRefusal e) when (e is { Status: HttpStatusCode.NotFound, EndsUpload: false })
        {
            throw OfBucket(e);
        }
    }

    /// <summary>An upload in pieces.</summary>
    private sealed class Upload(string key, Uri session, ReadOnlySequence<byte> content, PutCondition condition)
    {
        public string Key => key;

        public Uri Session => session;

        public ReadOnlySequence<byte> Content => content;

        public PutCondition Condition => condition;

        /// <summary>How many bytes the store has.</summary>
        public long Arrived { get; set; }

        /// <summary>The tag of the object, once it is one.</summary>
        public ETag? Tag { get; set; }
    }
}
