using System.Text;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>Reads that break off, damaged content, and pages of listings.</summary>
public sealed class GcsReadTests
{
    private static readonly FakeAnswer Cut = FakeGcs.Content("1", "a body of many bytes") with { CutAfter = 6 };

    [Fact]
    public async Task A_body_that_breaks_off_is_no_content()
    {
        await using var server = new FakeGcs(_ => Cut);
        using var store = server.Open();
        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;

        var read = new MemoryStream();
        var failed = await Assert.ThrowsAsync<StorageException>(() => stream.CopyToAsync(read));

        Assert.True(failed.IsRetryable);
        Assert.Equal("a body", Encoding.UTF8.GetString(read.ToArray()));
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"))).IsRetryable);
    }

    [Fact]
    public async Task A_stream_that_stands_still_ends_in_a_failure()
    {
        await using var server = new FakeGcs(_ => Cut with { StaysOpen = true });
        using var store = server.Open();
        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;
        await stream.ReadExactlyAsync(new byte[6]);

        var reading = stream.ReadAsync(new byte[1]).AsTask();
        server.Clock.Advance(FakeServer.Quick.AnswerTimeout);
        var failed = await Assert.ThrowsAsync<StorageException>(() => reading);

        Assert.True(failed.IsRetryable);
        Assert.Contains("nothing was heard", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crc32c=AAAAAA==,md5=AAAA", false)]
    [InlineData("md5=AAAA, crc32c=4waSgw==", true)]
    [InlineData("crc32c=nonsense", true)]
    [InlineData("md5=AAAA", true)]
    public async Task A_body_that_does_not_fit_its_checksum_is_no_content(string hash, bool isTaken)
    {
        await using var server = new FakeGcs(_ => FakeGcs.Content("1", "123456789", $"x-goog-hash: {hash}\r\n"));
        using var store = server.Open();

        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;
        foreach (var read in (Func<Task>[])[() => store.GetAsync("b/x"), () => stream.CopyToAsync(Stream.Null)])
        {
            var failed = await Record.ExceptionAsync(read);

            Assert.Equal(isTaken, failed is null);
            Assert.True(isTaken || failed is StorageException { IsRetryable: true });
            Assert.True(isTaken || failed!.Message.Contains("does not fit its checksum", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_comes_unpacked_has_not_the_checksum_of_what_is_stored()
    {
        await using var server = new FakeGcs(_ => FakeGcs.Content("1", "content", "x-goog-hash: crc32c=AAAAAA==\r\nx-goog-stored-content-encoding: gzip\r\n"));
        using var store = server.Open();

        Assert.Equal("content", await store.TextAsync("b/x"));
    }

    [Fact]
    public async Task Listings_come_in_pages_and_without_the_prefix()
    {
        await using var server = new FakeGcs(request => request.Query("pageToken") == "more%2B"
            ? FakeAnswer.Json("""{"items": [{"name": "pre/fix/b/c d+e", "size": "7", "generation": "2"}], "nextPageToken": ""}""")
            : FakeAnswer.Json("""{"items": [{"name": "pre/fix/b/a+%2B", "size": "5", "generation": "1"}], "nextPageToken": "more+"}"""));
        using var store = server.Open();

        var found = await store.ListAsync("b/", CancellationToken.None).ToListAsync();

        Assert.Equal([new ObjectProperties("b/a+%2B", 5, new ETag("1")), new ObjectProperties("b/c d+e", 7, new ETag("2"))], found);
        Assert.All(server.Requests, request => Assert.Equal("pre%2Ffix%2Fb%2F", request.Query("prefix")));
    }

    [Fact]
    public async Task A_listing_that_broke_off_is_asked_for_again()
    {
        var whole = FakeAnswer.Json("""{"items": [{"name": "pre/fix/b/a", "size": "5", "generation": "1"}]}""");
        FakeAnswer[] broken = [whole with { CutAfter = 40 }, whole with { Body = whole.Body[..40] }];
        var next = 0;
        await using var server = new FakeGcs(_ => next < broken.Length ? broken[next++] : whole);
        using var store = server.Open();

        Assert.Equal(["b/a"], await store.KeysAsync("b/"));
        Assert.Equal(3, server.Requests.Count);
    }
}
