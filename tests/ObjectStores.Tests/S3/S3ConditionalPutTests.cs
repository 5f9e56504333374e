using System.Security.Cryptography;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>Conditional writes: sent once, judged by the answer's status and code, and by nothing else.</summary>
public sealed class S3ConditionalPutTests
{
    private static readonly PutCondition Swap = PutCondition.IfMatch(new ETag("old"));

    public static TheoryData<string> Failures => ["500", "502", "503", "429", "reset", "farewell", "silence"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_write_in_doubt_is_sent_once_and_may_be_retried_by_the_caller(string failure)
    {
        foreach (var condition in (PutCondition[])[PutCondition.CreateOnly, Swap])
        {
            await using var server = new FakeS3(_ => Failing(failure));
            using var store = server.Open();

            var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", condition));

            Assert.True(failed.IsRetryable);
            Assert.Single(server.Requests);
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_connection_that_was_used_before_makes_no_difference(string failure)
    {
        await using var server = new FakeS3(request => request.Method == "PUT" ? Failing(failure) : FakeAnswer.Ok("old", "before"));
        using var store = server.Open();
        await store.GetAsync("b/head");

        foreach (var content in (string[])["x", ""])
        {
            var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", content, PutCondition.CreateOnly));

            Assert.True(failed.IsRetryable);
        }

        Assert.Equal(2, server.Count("PUT"));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_large_body_makes_no_difference(string failure)
    {
        await using var server = new FakeS3(request => request.Method == "PUT" ? Failing(failure) : FakeAnswer.Ok("old", "before"));
        using var store = server.Open();
        await store.GetAsync("b/head");

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", new string('x', 1_000_000), PutCondition.CreateOnly));

        Assert.True(failed.IsRetryable);
        Assert.Equal(1, server.Count("PUT"));
    }

    [Fact]
    public async Task A_success_whose_answer_is_lost_is_no_conflict()
    {
        var there = false;
        await using var server = new FakeS3(request =>
        {
            (var was, there) = (there, true);
            return was ? FakeAnswer.Error(412, "PreconditionFailed") : FakeAnswer.Reset;
        });
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));
    }

    [Fact]
    public async Task A_head_whose_swap_was_not_answered_is_known_as_ones_own()
    {
        byte[]? there = null;
        await using var server = new FakeS3(request =>
        {
            if (request.Method == "GET")
            {
                return FakeAnswer.Ok("new") with { Body = there! };
            }

            var isFirst = there is null;
            there ??= request.Body;
            return isFirst ? FakeAnswer.Reset : FakeAnswer.Error(412, "PreconditionFailed");
        });
        using var store = server.OpenPatient();
        var heads = new HeadStore(store, new BackupId("b"));

        var (tag, other) = await heads.TrySwapAsync(Head.None with { Writer = "me" }, expected: null, CancellationToken.None);

        Assert.Equal((new ETag("new"), null), (tag, other));
    }

    [Fact]
    public async Task The_conditions_go_out_as_headers_under_the_prefix()
    {
        await using var server = new FakeS3(_ => FakeAnswer.Ok("new"));
        using var store = server.Open();

        await store.PutAsync("b/head", "created", PutCondition.CreateOnly);
        var tag = await store.PutAsync("b/head", "swapped", Swap);
        await store.PutAsync("b/head", "overwritten");

        Assert.Equal(new ETag("new"), tag);
        Assert.Equal([("*", null), (null, "\"old\""), (null, null)], server.Requests.Select(put => (put.Header("If-None-Match"), put.Header("If-Match"))));
        Assert.All(server.Requests, put => Assert.Equal("PUT /bucket/pre/fix/b/head", put.ToString().Split('?')[0]));
        Assert.Equal(["created", "swapped", "overwritten"], server.Requests.Select(put => put.Text));
        Assert.Equal("s3://bucket/pre/fix", store.Name);
        Assert.All(server.Requests, put => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(put.Body)), put.Header("x-amz-content-sha256")));
    }

    [Theory]
    [InlineData(412, "PreconditionFailed")]
    [InlineData(404, "NoSuchKey")]
    public async Task A_swap_of_what_is_not_there_or_is_another_is_a_conflict(int status, string code)
    {
        await using var server = new FakeS3(request => request.Method == "PUT" ? FakeAnswer.Error(status, code) : FakeAnswer.Ok("other"));
        using var store = server.Open();

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/head", "x", Swap));

        Assert.Contains("s3://bucket/pre/fix/b/head", conflict.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Count("PUT"));
    }

    [Fact]
    public async Task A_missing_bucket_is_no_conflict()
    {
        await using var server = new FakeS3(_ => FakeAnswer.Error(404, "NoSuchBucket"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", Swap));

        Assert.False(failed.IsRetryable);
    }

    [Fact]
    public async Task A_write_that_a_race_kept_from_being_judged_is_sent_again()
    {
        var races = 2;
        await using var server = new FakeS3(_ => races-- > 0 ? FakeAnswer.Error(409, "ConditionalRequestConflict") : FakeAnswer.Ok("new"));
        using var store = server.OpenPatient();

        Assert.Equal(new ETag("new"), await store.PutAsync("b/head", "x", Swap));
        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, put => Assert.Equal(("x", "\"old\""), (put.Text, put.Header("If-Match"))));
    }

    [Fact]
    public async Task A_race_without_end_is_left_to_the_caller()
    {
        await using var server = new FakeS3(_ => FakeAnswer.Error(409, "ConditionalRequestConflict"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));

        Assert.True(failed.IsRetryable);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(409, "ObjectParentIsFile")]
    [InlineData(501, "NotImplemented")]
    [InlineData(400, "InvalidRequest")]
    public async Task Another_refusal_is_final(int status, string code)
    {
        await using var server = new FakeS3(_ => FakeAnswer.Error(status, code));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));

        Assert.False(failed.IsRetryable);
        Assert.Single(server.Requests);
    }

    private static FakeAnswer Failing(string how) => how switch
    {
        "reset" => FakeAnswer.Reset,
        "farewell" => FakeAnswer.Farewell,
        "silence" => FakeAnswer.Silence,
        _ => FakeAnswer.Error(int.Parse(how), "SomeCode"),
    };
}
