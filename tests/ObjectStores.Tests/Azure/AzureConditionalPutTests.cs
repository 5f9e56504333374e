using System.Globalization;
using System.Security.Cryptography;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>Conditional writes: sent once, judged by the answer's code, and by nothing else.</summary>
public sealed class AzureConditionalPutTests
{
    private static readonly PutCondition Swap = PutCondition.IfMatch(new ETag("0x8D1"));

    public static TheoryData<string> Failures => ["500", "502", "503", "429", "reset", "farewell", "silence"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_write_in_doubt_is_sent_once_and_may_be_retried_by_the_caller(string failure)
    {
        foreach (var condition in (PutCondition[])[PutCondition.CreateOnly, Swap])
        {
            await using var server = new FakeAzure(_ => Failing(failure));
            using var store = server.Open();

            var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", condition));

            Assert.True(failed.IsRetryable);
            Assert.Single(server.Requests);
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_connection_that_was_used_before_makes_no_difference_nor_does_a_large_body(string failure)
    {
        await using var server = new FakeAzure(request => request.Method == "PUT" ? Failing(failure) : FakeAzure.Content("0x8D1", "before"));
        using var store = server.Open();
        await store.GetAsync("b/head");

        foreach (var content in (string[])["x", "", new('x', 1_000_000)])
        {
            Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", content, PutCondition.CreateOnly))).IsRetryable);
        }

        Assert.Equal(3, server.Count("PUT"));
    }

    [Fact]
    public async Task A_success_whose_answer_is_lost_is_no_conflict()
    {
        var there = false;
        await using var server = new FakeAzure(_ =>
        {
            (var was, there) = (there, true);
            return was ? FakeAzure.Refusal(409, "BlobAlreadyExists") : FakeAnswer.Reset;
        });
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));
    }

    [Fact]
    public async Task A_head_whose_swap_was_not_answered_is_known_as_ones_own()
    {
        string? there = null;
        await using var server = new FakeAzure(request =>
        {
            if (request.Method == "GET")
            {
                return FakeAzure.Content("0x8D2", there!);
            }

            var isFirst = there is null;
            there ??= request.Text;
            return isFirst ? FakeAnswer.Reset : FakeAzure.Refusal(409, "BlobAlreadyExists");
        });
        using var store = server.OpenPatient();
        var heads = new HeadStore(store, new BackupId("b"));

        var (tag, other) = await heads.TrySwapAsync(Head.None with { Writer = "me" }, expected: null, CancellationToken.None);

        Assert.Equal((new ETag("0x8D2"), null), (tag, other));
    }

    [Fact]
    public async Task Condition_and_checksum_go_out_with_the_content_in_one_request()
    {
        await using var server = new FakeAzure(_ => FakeAzure.Created("0x8D2"));
        using var store = server.Open();

        await store.PutAsync("b/head", "created", PutCondition.CreateOnly);
        var tag = await store.PutAsync("b/head", "swapped", Swap);
        await store.PutAsync("b/head", "overwritten");
        await store.PutAsync("b/head", "");

        Assert.Equal(new ETag("0x8D2"), tag);
        Assert.Equal([("*", null), (null, "\"0x8D1\""), (null, null), (null, null)], server.Requests.Select(put => (put.Header("If-None-Match"), put.Header("If-Match"))));
        Assert.All(server.Requests, put => Assert.Equal("PUT /account/box/pre/fix/b/head", put.ToString().Split('?')[0]));
        Assert.Equal(["created", "swapped", "overwritten", ""], server.Requests.Select(put => put.Text));
        Assert.All(server.Requests, put => Assert.Equal(Convert.ToBase64String(MD5.HashData(put.Body)), put.Header("Content-MD5")));
        Assert.Equal("azure://box@account/pre/fix", store.Name);
    }

    [Theory]
    [InlineData(409, "BlobAlreadyExists", true, false)]
    [InlineData(412, "ConditionNotMet", true, true)]
    [InlineData(404, "BlobNotFound", false, true)]
    [InlineData(404, "ContainerNotFound", false, false)]
    [InlineData(412, "LeaseIdMissing", false, false)]
    [InlineData(409, "BlobImmutableDueToPolicy", false, false)]
    [InlineData(412, "", false, false)]
    public async Task Only_a_condition_that_does_not_hold_is_a_conflict(int status, string code, bool ofCreation, bool ofSwap)
    {
        await using var server = new FakeAzure(_ => FakeAzure.Refusal(status, code));
        using var store = server.Open();

        foreach (var (condition, isConflict) in new[] { (PutCondition.CreateOnly, ofCreation), (Swap, ofSwap), (PutCondition.Overwrite, false) })
        {
            var failed = await Record.ExceptionAsync(() => store.PutAsync("b/head", "x", condition));

            Assert.IsType(isConflict ? typeof(StorageConflictException) : typeof(StorageException), failed);
            Assert.Contains("azure://box@account/pre/fix/b/head", failed.Message, StringComparison.Ordinal);
            Assert.False(failed is StorageException { IsRetryable: true });
        }

        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_secret_is_in_no_message()
    {
        await using var server = new FakeAzure(_ => FakeAzure.Refusal(403, "AuthenticationFailed"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x"));

        Assert.DoesNotContain("c2VjcmV0", failed.ToString(), StringComparison.Ordinal);
    }

    private static FakeAnswer Failing(string how) => how switch
    {
        "reset" => FakeAnswer.Reset,
        "farewell" => FakeAnswer.Farewell,
        "silence" => FakeAnswer.Silence,
        _ => FakeAzure.Refusal(int.Parse(how, CultureInfo.InvariantCulture), "SomeCode"),
    };
}
