using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>Large objects: sent in parts, made one by a single conditional request, and cleaned up after a failure.</summary>
public sealed class S3PartsTests
{
    private static readonly RemoteTuning Small = FakeS3.Quick with { MultipartThreshold = 10, PartSize = 4, ParallelParts = 2 };
    private static readonly FakeAnswer Completed = FakeAnswer.Xml("<CompleteMultipartUploadResult><ETag>\"whole-3\"</ETag></CompleteMultipartUploadResult>");
    private static readonly FakeAnswer Gone = new() { Status = 204 };

    [Theory]
    [InlineData(ChecksumMode.WhenRequired)]
    [InlineData(ChecksumMode.WhenSupported)]
    public async Task Content_above_the_threshold_goes_in_parts_and_the_condition_with_the_last_request(ChecksumMode checksums)
    {
        await using var server = new FakeS3(request => Answer(request, _ => Completed));
        using var store = server.Open(Small, checksums);

        var tag = await store.PutAsync("b/x", "0123456789A", PutCondition.CreateOnly);
        await store.PutAsync("b/x", "0123456789A", PutCondition.IfMatch(tag));

        Assert.Equal(new ETag("whole-3"), tag);
        Assert.Equal(6, server.Count("PUT"));
        Assert.All(server.Requests.Where(request => !IsCompletion(request)), request => Assert.Equal((null, null), (request.Header("If-None-Match"), request.Header("If-Match"))));
        var completions = server.Requests.Where(IsCompletion).ToList();
        Assert.Equal([("*", null), (null, "\"whole-3\"")], completions.Select(request => (request.Header("If-None-Match"), request.Header("If-Match"))));
        Assert.Equal([("1", "part-1"), ("2", "part-2"), ("3", "part-3")], PartsOf(completions[0]));
        if (checksums == ChecksumMode.WhenRequired)
        {
            Assert.Equal(["0123", "4567", "89A"], server.Requests.Take(4).Where(request => request.Method == "PUT").OrderBy(Number).Select(request => request.Text));
        }
    }

    [Fact]
    public async Task Content_at_the_threshold_goes_in_one_piece()
    {
        await using var server = new FakeS3(_ => FakeAnswer.Ok("tag"));
        using var store = server.Open(Small);

        await store.PutAsync("b/x", "0123456789", PutCondition.CreateOnly);

        Assert.Equal("0123456789", Assert.Single(server.Requests).Text);
    }

    [Fact]
    public async Task A_part_that_fails_for_a_while_is_sent_again_alone()
    {
        var failures = 2;
        await using var server = new FakeS3(request => request.Method == "PUT" && Number(request) == 2 && failures-- > 0
            ? FakeAnswer.Error(503, "SlowDown")
            : Answer(request, _ => Completed));
        using var store = server.Open(Small);

        await store.PutAsync("b/x", "0123456789A", PutCondition.CreateOnly);

        Assert.Equal(["1", "2", "2", "2", "3"], server.Requests.Where(request => request.Method == "PUT").Select(request => Number(request).ToString()).Order());
    }

    [Fact]
    public async Task A_part_that_goes_on_failing_ends_the_upload_and_frees_what_was_sent()
    {
        await using var server = new FakeS3(request => request.Method == "PUT" && Number(request) == 3
            ? FakeAnswer.Error(500, "InternalError")
            : Answer(request, _ => Completed));
        using var store = server.Open(Small);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", "0123456789A", PutCondition.CreateOnly));

        Assert.True(failed.IsRetryable);
        Assert.Equal("DELETE", server.Requests[^1].Method);
        Assert.Equal("upload", server.Requests[^1].Query("uploadId"));
        Assert.DoesNotContain(server.Requests, IsCompletion);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    [InlineData("200 with an error in it")]
    [InlineData("200 that breaks off")]
    public async Task A_completion_in_doubt_is_sent_once_and_may_be_retried_by_the_caller(string how)
    {
        await using var server = new FakeS3(request => Answer(request, _ => how switch
        {
            "500" => FakeAnswer.Error(500, "InternalError"),
            "reset" => FakeAnswer.Reset,
            "200 with an error in it" => FakeAnswer.Error(200, "InternalError"),
            _ => Completed with { CutAfter = 60 },
        }));
        using var store = server.Open(Small);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", "0123456789A", PutCondition.CreateOnly));

        Assert.True(failed.IsRetryable);
        Assert.Single(server.Requests, IsCompletion);
        Assert.Equal("DELETE", server.Requests[^1].Method);
    }

    [Theory]
    [InlineData(412, "PreconditionFailed")]
    [InlineData(200, "PreconditionFailed")]
    [InlineData(404, "NoSuchKey")]
    public async Task A_completion_whose_condition_does_not_hold_is_a_conflict(int status, string code)
    {
        await using var server = new FakeS3(request => Answer(request, _ => FakeAnswer.Error(status, code)));
        using var store = server.Open(Small);

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "0123456789A", PutCondition.IfMatch(new ETag("old"))));

        Assert.Single(server.Requests, IsCompletion);
    }

    [Fact]
    public async Task An_upload_that_a_race_kept_from_being_judged_is_made_anew()
    {
        var races = 1;
        await using var server = new FakeS3(request => Answer(request, _ => races-- > 0 ? FakeAnswer.Error(409, "ConditionalRequestConflict") : Completed));
        using var store = server.OpenPatient(Small);

        Assert.Equal(new ETag("whole-3"), await store.PutAsync("b/x", "0123456789A", PutCondition.CreateOnly));
        Assert.Equal(6, server.Count("PUT"));
        Assert.Equal(1, server.Count("DELETE"));
    }

    [Fact]
    public async Task A_cancelled_upload_frees_what_was_sent()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new FakeS3(request =>
        {
            if (request.Method == "PUT" && Number(request) == 2)
            {
                cancellation.Cancel();
                return FakeAnswer.Reset;
            }

            return Answer(request, _ => Completed);
        });
        using var store = server.Open(Small);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.PutAsync("b/x", StoreTexts.Bytes("0123456789A"), PutCondition.CreateOnly, cancellation.Token));

        Assert.Equal("DELETE", server.Requests[^1].Method);
    }

    [Fact]
    public async Task No_more_parts_are_under_way_than_allowed()
    {
        var (now, most) = (new ConcurrentDictionary<int, bool>(), 0);
        await using var server = new FakeS3(request =>
        {
            if (request.Method == "PUT")
            {
                now[Number(request)] = true;
                most = Math.Max(most, now.Count);
                now.TryRemove(Number(request), out _);
            }

            return Answer(request, _ => Completed);
        });
        using var store = server.Open(Small);

        await store.PutAsync("b/x", new string('x', 200), PutCondition.CreateOnly);

        Assert.Equal(50, server.Count("PUT"));
        Assert.InRange(most, 1, 2);
    }

    [Theory]
    [InlineData(16L << 20, 8L << 20)]
    [InlineData(10_000L * (8 << 20), 8L << 20)]
    [InlineData((10_000L * (8 << 20)) + 1, 9L << 20)]
    [InlineData(5L << 40, 525L << 20)]
    public void No_object_has_more_parts_than_the_store_takes(long length, long size)
    {
        Assert.Equal(size, RemoteTuning.Default.PartSizeFor(length));
        Assert.True((length + size - 1) / size <= 10_000);
    }

    private static FakeAnswer Answer(FakeRequest request, Func<FakeRequest, FakeAnswer> complete) => request.Method switch
    {
        "POST" when IsCompletion(request) => complete(request),
        "POST" => FakeAnswer.Xml("<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>"),
        "PUT" => FakeAnswer.Ok($"part-{Number(request)}"),
        "HEAD" => FakeAnswer.Ok("other"),
        _ => Gone,
    };

    private static bool IsCompletion(FakeRequest request) => request.Method == "POST" && request.Query("uploadId") is not null;

    private static int Number(FakeRequest request) => int.Parse(request.Query("partNumber")!, CultureInfo.InvariantCulture);

    private static IEnumerable<(string Number, string Tag)> PartsOf(FakeRequest completion) => XElement.Parse(completion.Text).Elements()
        .Where(part => part.Name.LocalName == "Part")
        .Select(part => (Value(part, "PartNumber"), Value(part, "ETag").Trim('"')));

    private static string Value(XElement part, string name) => part.Elements().Single(child => child.Name.LocalName == name).Value;
}
