using System.Xml.Linq;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>Large objects: sent in blocks, made one by a single conditional request.</summary>
public sealed class AzureBlocksTests
{
    private const string Content = "0123456789A";
    private static readonly RemoteTuning Small = FakeServer.Quick with { MultipartThreshold = 10, PartSize = 4, ParallelParts = 2 };

    [Fact]
    public async Task Content_above_the_threshold_goes_in_blocks_and_the_condition_with_the_last_request()
    {
        await using var server = new FakeAzure(_ => FakeAzure.Created("0x8D2"));
        using var store = server.Open(Small);

        var tag = await store.PutAsync("b/x", Content, PutCondition.CreateOnly);
        await store.PutAsync("b/x", Content, PutCondition.IfMatch(tag));

        Assert.Equal(new ETag("0x8D2"), tag);
        var blocks = server.Requests.Where(FakeAzure.IsBlock).ToList();
        Assert.Equal(["0123", "4567", "89A"], blocks.Take(3).OrderBy(FakeAzure.NumberOf).Select(block => block.Text));
        Assert.All(blocks, block => Assert.Equal((null, null), (block.Header("If-None-Match"), block.Header("If-Match"))));
        Assert.All(blocks, block => Assert.NotNull(block.Header("Content-MD5")));
        Assert.Equal(6, blocks.Select(block => block.Query("blockid")).Distinct().Count());
        var commits = server.Requests.Where(FakeAzure.IsCommit).ToList();
        Assert.Equal([("*", null), (null, "\"0x8D2\"")], commits.Select(commit => (commit.Header("If-None-Match"), commit.Header("If-Match"))));
        Assert.Equal(
            blocks.Take(3).OrderBy(FakeAzure.NumberOf).Select(block => Uri.UnescapeDataString(block.Query("blockid")!)),
            XElement.Parse(commits[0].Text.TrimStart('\uFEFF')).Elements().Select(block => block.Value));
    }

    [Fact]
    public async Task A_block_that_fails_for_a_while_is_sent_again_alone()
    {
        var failures = 2;
        await using var server = new FakeAzure(request => FakeAzure.IsBlock(request) && FakeAzure.NumberOf(request) == 1 && Interlocked.Decrement(ref failures) >= 0
            ? FakeAzure.Refusal(503, "ServerBusy")
            : FakeAzure.Created("0x8D2"));
        using var store = server.Open(Small);

        await store.PutAsync("b/x", Content, PutCondition.CreateOnly);

        Assert.Equal([0, 1, 1, 1, 2], server.Requests.Where(FakeAzure.IsBlock).Select(FakeAzure.NumberOf).Order());
    }

    [Fact]
    public async Task A_block_that_goes_on_failing_ends_the_upload()
    {
        await using var server = new FakeAzure(request => FakeAzure.IsBlock(request) && FakeAzure.NumberOf(request) == 2
            ? FakeAzure.Refusal(500, "InternalError")
            : FakeAzure.Created("0x8D2"));
        using var store = server.Open(Small);

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", Content, PutCondition.CreateOnly))).IsRetryable);
        Assert.DoesNotContain(server.Requests, FakeAzure.IsCommit);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    public async Task A_commit_in_doubt_is_sent_once_and_may_be_retried_by_the_caller(string how)
    {
        await using var server = new FakeAzure(request => !FakeAzure.IsCommit(request) ? FakeAzure.Created("0x8D2")
            : how == "reset" ? FakeAnswer.Reset : FakeAzure.Refusal(500, "InternalError"));
        using var store = server.Open(Small);

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", Content, PutCondition.CreateOnly))).IsRetryable);
        Assert.Single(server.Requests, FakeAzure.IsCommit);
    }

    [Theory]
    [InlineData(412, "ConditionNotMet")]
    [InlineData(409, "BlobAlreadyExists")]
    public async Task A_commit_whose_condition_does_not_hold_is_a_conflict(int status, string code)
    {
        await using var server = new FakeAzure(request => FakeAzure.IsCommit(request) ? FakeAzure.Refusal(status, code) : FakeAzure.Created("0x8D2"));
        using var store = server.Open(Small);

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", Content, PutCondition.CreateOnly));
    }

    [Fact]
    public async Task Blocks_that_another_writer_ended_are_sent_anew()
    {
        var races = 1;
        await using var server = new FakeAzure(request => FakeAzure.IsCommit(request) && races-- > 0 ? FakeAzure.Refusal(400, "InvalidBlockList") : FakeAzure.Created("0x8D2"));
        using var store = server.OpenPatient(Small);

        Assert.Equal(new ETag("0x8D2"), await store.PutAsync("b/x", Content, PutCondition.CreateOnly));
        Assert.Equal(6, server.Requests.Where(FakeAzure.IsBlock).Select(block => block.Query("blockid")).Distinct().Count());
    }
}
