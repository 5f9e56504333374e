using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>Large objects: sent in pieces to an address of their own, whose holder can tell how far they got.</summary>
public sealed class GcsUploadTests
{
    private const string Content = "0123456789A";
    private static readonly RemoteTuning Small = FakeServer.Quick with { MultipartThreshold = 10, PartSize = 2, ParallelParts = 2 };

    [Fact]
    public async Task Content_above_the_threshold_goes_in_pieces_and_the_condition_with_the_first_request()
    {
        await using var server = Server();
        using var store = server.Open(Small);

        var tag = await store.PutAsync("b/x", Content, PutCondition.CreateOnly);

        Assert.Equal(new ETag("42"), tag);
        Assert.Equal(["POST", "PUT", "PUT", "PUT"], server.Requests.Select(request => request.Method));
        Assert.Equal(("resumable", "0", "11"), (server.Requests[0].Query("uploadType"), server.Requests[0].Query("ifGenerationMatch"), server.Requests[0].Header("X-Upload-Content-Length")));
        Assert.Contains("\"crc32c\":", server.Requests[0].Text, StringComparison.Ordinal);
        Assert.Equal(["bytes 0-3/11", "bytes 4-7/11", "bytes 8-10/11"], Ranges(server));
        Assert.Equal(["0123", "4567", "89A"], server.Requests.Skip(1).Select(request => request.Text));
    }

    [Fact]
    public async Task Content_at_the_threshold_goes_in_one_request()
    {
        await using var server = Server();
        using var store = server.Open(Small);

        await store.PutAsync("b/x", Content[..10], PutCondition.CreateOnly);

        Assert.Equal("multipart", Assert.Single(server.Requests).Query("uploadType"));
    }

    [Fact]
    public async Task After_a_failure_it_goes_on_from_what_has_arrived()
    {
        var (failures, arrived) = (2, 0);
        await using var server = Server(put => put.Header("Content-Range") switch
        {
            "bytes 4-7/11" when failures-- > 0 => FakeAnswer.Reset,
            "bytes */11" => GoOn(arrived = arrived == 0 ? 4 : 6),
            _ => null,
        });
        using var store = server.Open(Small);

        Assert.Equal(new ETag("42"), await store.PutAsync("b/x", Content, PutCondition.CreateOnly));
        Assert.Equal(["bytes 0-3/11", "bytes 4-7/11", "bytes */11", "bytes 4-7/11", "bytes */11", "bytes 6-9/11", "bytes 10-10/11"], Ranges(server));
    }

    [Fact]
    public async Task A_last_piece_whose_answer_is_lost_is_asked_for_and_was_our_own()
    {
        await using var server = Server(put => put.Header("Content-Range") switch
        {
            "bytes 8-10/11" => FakeAnswer.Reset,
            "bytes */11" => FakeGcs.Written("42"),
            _ => null,
        });
        using var store = server.Open(Small);

        Assert.Equal(new ETag("42"), await store.PutAsync("b/x", Content, PutCondition.CreateOnly));
    }

    [Fact]
    public async Task A_piece_of_which_only_a_part_was_taken_is_gone_on_with()
    {
        var isFirst = true;
        await using var server = Server(_ => isFirst && !(isFirst = false) ? GoOn(2) : null);
        using var store = server.Open(Small);

        await store.PutAsync("b/x", Content, PutCondition.CreateOnly);

        Assert.Equal(["bytes 0-3/11", "bytes 2-5/11", "bytes 6-9/11", "bytes 10-10/11"], Ranges(server));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public async Task A_server_that_takes_nothing_or_never_ends_is_no_endless_loop(int arrived)
    {
        await using var server = Server(_ => GoOn(arrived));
        using var store = server.Open(Small);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", Content, PutCondition.CreateOnly));

        Assert.True(failed.IsRetryable);
        Assert.Contains("took nothing", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_that_goes_on_failing_ends_the_upload()
    {
        await using var server = Server(put => put.Header("Content-Range") == "bytes */11" ? GoOn(4) : FakeGcs.Refusal(503, "backendError"));
        using var store = server.Open(Small);

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", Content, PutCondition.CreateOnly))).IsRetryable);
        Assert.Equal(7, server.Count("PUT"));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task An_upload_that_was_given_up_is_made_anew(int status)
    {
        var isFirst = true;
        await using var server = Server(_ => isFirst && !(isFirst = false) ? FakeGcs.Refusal(status, "uploadGone") : null);
        using var store = server.OpenPatient(Small);

        Assert.Equal(new ETag("42"), await store.PutAsync("b/x", Content, PutCondition.CreateOnly));
        Assert.Equal(2, server.Count("POST"));
    }

    [Fact]
    public async Task The_address_of_an_upload_may_be_relative()
    {
        await using var server = new FakeGcs(request => request.Method == "POST" ? new FakeAnswer { Headers = "Location: /upload/session\r\n" } : FakeGcs.Written("42"));
        using var store = server.Open(Small);

        await store.PutAsync("b/x", Content, PutCondition.CreateOnly);

        Assert.Equal("/upload/session", server.Requests[^1].Target);
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("end")]
    public async Task A_condition_that_does_not_hold_is_a_conflict_at_the_begin_and_at_the_end(string when)
    {
        await using var server = new FakeGcs(request => (request.Method == "POST") == (when == "begin") ? FakeGcs.Refusal(412, "conditionNotMet") : Begun(request));
        using var store = server.Open(Small);

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", Content, PutCondition.IfMatch(new ETag("41"))));
    }

    [Fact]
    public async Task A_cancelled_upload_ends()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = Server(_ =>
        {
            cancellation.Cancel();
            return FakeAnswer.Reset;
        });
        using var store = server.Open(Small);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync("b/x", StoreTexts.Bytes(Content), PutCondition.CreateOnly, cancellation.Token));

        Assert.Equal(1, server.Count("PUT"));
    }

    /// <summary>A server that takes every piece, but for those to which <paramref name="answer"/> has an answer.</summary>
    private static FakeGcs Server(Func<FakeRequest, FakeAnswer?>? answer = null) => new(request =>
    {
        if (request.Method == "POST")
        {
            return request.Query("uploadType") == "resumable" ? Begun(request) : FakeGcs.Written("42");
        }

        var range = request.Header("Content-Range")!.Split(' ', '-', '/');
        return answer?.Invoke(request) ?? (range[2] == "10" ? FakeGcs.Written("42") : GoOn(int.Parse(range[2]) + 1));
    });

    private static FakeAnswer Begun(FakeRequest request) => new() { Headers = $"Location: http://{request.Header("Host")}/upload/session\r\n" };

    private static FakeAnswer GoOn(int arrived) => new() { Status = 308, Headers = arrived == 0 ? "" : $"Range: bytes=0-{arrived - 1}\r\n" };

    private static IEnumerable<string?> Ranges(FakeGcs server) => server.Requests.Where(request => request.Method == "PUT").Select(request => request.Header("Content-Range"));
}
