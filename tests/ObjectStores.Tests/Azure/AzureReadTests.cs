using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>Reads that break off, and pages of listings.</summary>
public sealed class AzureReadTests
{
    private static readonly FakeAnswer Cut = FakeAzure.Content("0x8D1", "a body of many bytes") with { CutAfter = 6 };

    [Fact]
    public async Task A_body_that_goes_on_breaking_off_is_no_content()
    {
        await using var server = new FakeAzure(request => request.Header("x-ms-range") is null && request.Header("Range") is null ? Cut : FakeAnswer.Reset);
        using var store = server.Open();
        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => stream.CopyToAsync(Stream.Null))).IsRetryable);
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"))).IsRetryable);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_gone_on_with_as_long_as_it_is_the_same_version()
    {
        await using var server = new FakeAzure(request => request.Header("x-ms-range") is null && request.Header("Range") is null ? Cut
            : FakeAzure.Content("0x8D1", " of many bytes") with
            {
                Status = 206,
                Headers = "Content-Range: bytes 6-19/20\r\nx-ms-blob-type: BlockBlob\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n",
            });
        using var store = server.Open();

        Assert.Equal("a body of many bytes", await store.TextAsync("b/x"));
        Assert.Equal("\"0x8D1\"", server.Requests[^1].Header("If-Match"));
    }

    [Fact]
    public async Task A_stream_that_stands_still_ends_in_a_failure()
    {
        await using var server = new FakeAzure(_ => Cut with { StaysOpen = true });
        using var store = server.Open();
        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;
        await stream.ReadExactlyAsync(new byte[6]);

        var reading = stream.ReadAsync(new byte[1]).AsTask();
        server.Clock.Advance(FakeServer.Quick.AnswerTimeout);
        var failed = await Assert.ThrowsAsync<StorageException>(() => reading);

        Assert.True(failed.IsRetryable);
        Assert.Contains("nothing was heard", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listings_come_in_pages_and_without_the_prefix()
    {
        await using var server = new FakeAzure(request => request.Query("marker") == "more%2B"
            ? FakeAzure.Page(Blob("pre/fix/b/c d+e", 7, "0x8D2"))
            : FakeAzure.Page(Blob("pre/fix/b/a+%2B", 5, "0x8D1"), "more+"));
        using var store = server.Open();

        var found = await store.ListAsync("b/", CancellationToken.None).ToListAsync();

        Assert.Equal([new ObjectProperties("b/a+%2B", 5, new ETag("0x8D1")), new ObjectProperties("b/c d+e", 7, new ETag("0x8D2"))], found);
        Assert.All(server.Requests, request => Assert.Equal("pre%2Ffix%2Fb%2F", request.Query("prefix")));
    }

    [Fact]
    public async Task A_page_without_objects_is_not_the_last_one()
    {
        await using var server = new FakeAzure(request => request.Query("marker") is null
            ? FakeAzure.Page("", "more")
            : FakeAzure.Page("<BlobPrefix><Name>pre/fix/b1/</Name></BlobPrefix>"));
        using var store = server.Open();

        Assert.Equal(["b1"], await store.FoldersAsync(""));
    }

    [Fact]
    public async Task A_listing_that_broke_off_is_asked_for_again()
    {
        var whole = FakeAzure.Page(Blob("pre/fix/b/a", 5, "0x8D1"));
        FakeAnswer[] broken = [whole with { CutAfter = 100 }, whole with { Body = whole.Body[..100] }];
        var next = 0;
        await using var server = new FakeAzure(_ => next < broken.Length ? broken[next++] : whole);
        using var store = server.Open();

        Assert.Equal(["b/a"], await store.KeysAsync("b/"));
        Assert.Equal(3, server.Requests.Count);
    }

    private static string Blob(string name, int size, string etag) =>
        $"<Blob><Name>{name}</Name><Properties><Etag>{etag}</Etag><Content-Length>{size}</Content-Length></Properties></Blob>";
}
