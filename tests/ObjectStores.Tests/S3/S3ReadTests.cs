using System.Text;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>Bodies that come in part, never, or changed are no content.</summary>
public sealed class S3ReadTests
{
    private static readonly FakeAnswer Cut = FakeAnswer.Ok("tag", "a body of some length") with { CutAfter = 6 };

    [Fact]
    public async Task A_body_that_broke_off_is_read_anew()
    {
        var cuts = 2;
        await using var server = new FakeS3(_ => cuts-- > 0 ? Cut : Cut with { CutAfter = null });
        using var store = server.OpenPatient();

        Assert.Equal("a body of some length", await store.TextAsync("b/x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_always_breaks_off_is_a_failure_that_may_be_retried(bool isChunked)
    {
        await using var server = new FakeS3(_ => Cut with { IsChunked = isChunked });
        using var store = server.Open();

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"))).IsRetryable);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_breaks_off_ends_in_a_failure_and_not_in_its_end(bool isChunked)
    {
        await using var server = new FakeS3(_ => Cut with { IsChunked = isChunked });
        using var store = server.Open();
        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;

        var read = new MemoryStream();
        var failed = await Assert.ThrowsAsync<StorageException>(() => stream.CopyToAsync(read));

        Assert.True(failed.IsRetryable);
        Assert.Equal("a body", Encoding.UTF8.GetString(read.ToArray()));
    }

    [Fact]
    public async Task A_stream_that_stands_still_ends_in_a_failure()
    {
        await using var server = new FakeS3(_ => Cut with { StaysOpen = true });
        using var store = server.Open();
        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;
        await stream.ReadExactlyAsync(new byte[6]);

        var reading = stream.ReadAsync(new byte[1]).AsTask();
        server.Clock.Advance(FakeS3.Quick.AnswerTimeout);
        var failed = await Assert.ThrowsAsync<StorageException>(() => reading);

        Assert.True(failed.IsRetryable);
        Assert.Contains("nothing was heard", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_its_length_is_read_to_its_end()
    {
        await using var server = new FakeS3(_ => FakeAnswer.Ok("tag", "content") with { IsChunked = true });
        using var store = server.Open();

        Assert.Equal("content", await store.TextAsync("b/x"));
        using var reader = new StreamReader((await store.OpenReadAsync("b/x", CancellationToken.None))!);
        Assert.Equal("content", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Tags_are_opaque()
    {
        foreach (var tag in (string[])["not hex", "0123456789abcdef0123456789abcdef", "d41d8cd98f00b204e9800998ecf8427e-3", "CJjT3sHB=="])
        {
            await using var server = new FakeS3(_ => FakeAnswer.Ok(tag, "content"));
            using var store = server.Open();

            Assert.Equal(new ETag(tag), (await store.GetAsync("b/x"))!.ETag);
            Assert.Equal(new ETag(tag), (await store.HeadAsync("b/x", CancellationToken.None))!.ETag);
        }
    }

    [Fact]
    public async Task A_store_without_tags_is_refused()
    {
        await using var server = new FakeS3(_ => new FakeAnswer());
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", "content", PutCondition.CreateOnly));

        Assert.False(failed.IsRetryable);
        Assert.Contains("no ETag", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_fit_its_checksum_is_no_content()
    {
        var checksum = Convert.ToBase64String([1, 2, 3, 4]);
        await using var server = new FakeS3(_ => FakeAnswer.Ok("tag", "content") with { Headers = $"x-amz-checksum-crc32: {checksum}\r\n" });
        using var store = server.Open(checksums: ChecksumMode.WhenSupported);

        await using var stream = (await store.OpenReadAsync("b/x", CancellationToken.None))!;
        foreach (var read in (Func<Task>[])[() => store.GetAsync("b/x"), () => stream.CopyToAsync(Stream.Null)])
        {
            var failed = await Assert.ThrowsAsync<StorageException>(read);
            Assert.True(failed.IsRetryable);
            Assert.Contains("does not fit its checksum", failed.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Listings_come_in_pages_and_without_the_prefix()
    {
        await using var server = new FakeS3(request => request.Target.Contains("continuation-token=more", StringComparison.Ordinal)
            ? FakeAnswer.Xml(Page("<Contents><Key>pre/fix/b/c+d%2Be%01</Key><Size>7</Size><ETag>&quot;t2&quot;</ETag></Contents>", "<EncodingType>url</EncodingType>"))
            : FakeAnswer.Xml(Page("<Contents><Key>pre/fix/b/a+%2B</Key><Size>5</Size></Contents>", "<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>")));
        using var store = server.Open();

        var found = await store.ListAsync("b/", CancellationToken.None).ToListAsync();

        Assert.Equal([new ObjectProperties("b/a+%2B", 5, null), new ObjectProperties("b/c d+e\u0001", 7, new ETag("t2"))], found);
        Assert.All(server.Requests, request => Assert.Contains("prefix=pre%2Ffix%2Fb%2F", request.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_listing_that_broke_off_is_asked_for_again()
    {
        var whole = FakeAnswer.Xml(Page("<Contents><Key>pre/fix/b/a</Key><Size>5</Size></Contents>", ""));
        FakeAnswer[] broken = [whole with { CutAfter = 150 }, whole with { Body = whole.Body[..150] }];
        var next = 0;
        await using var server = new FakeS3(_ => next < broken.Length ? broken[next++] : whole);
        using var store = server.Open();

        Assert.Equal(["b/a"], await store.KeysAsync("b/"));
        Assert.Equal(3, server.Requests.Count);
    }

    private static string Page(string contents, string more) =>
        $"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><Prefix>pre/fix/b/</Prefix>{more}{contents}</ListBucketResult>";
}
