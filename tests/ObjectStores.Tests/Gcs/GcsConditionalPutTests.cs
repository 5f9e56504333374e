using System.Globalization;
using System.Text;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>Conditional writes: sent once, judged by the answer's status and reason, and by nothing else.</summary>
public sealed class GcsConditionalPutTests
{
    private static readonly PutCondition Swap = PutCondition.IfMatch(new ETag("41"));

    public static TheoryData<string> Failures => ["500", "502", "503", "429", "reset", "farewell", "silence"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_write_in_doubt_is_sent_once_and_may_be_retried_by_the_caller(string failure)
    {
        foreach (var condition in (PutCondition[])[PutCondition.CreateOnly, Swap])
        {
            await using var server = new FakeGcs(_ => Failing(failure));
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
        await using var server = new FakeGcs(request => request.Method == "POST" ? Failing(failure) : FakeGcs.Content("1", "before"));
        using var store = server.Open();
        await store.GetAsync("b/head");

        foreach (var content in (string[])["x", "", new('x', 1_000_000)])
        {
            Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", content, PutCondition.CreateOnly))).IsRetryable);
        }

        Assert.Equal(3, server.Count("POST"));
    }

    [Fact]
    public async Task A_success_whose_answer_is_lost_is_no_conflict()
    {
        var there = false;
        await using var server = new FakeGcs(_ =>
        {
            (var was, there) = (there, true);
            return was ? FakeGcs.Refusal(412, "conditionNotMet") : FakeAnswer.Reset;
        });
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/head", "x", PutCondition.CreateOnly));
    }

    [Fact]
    public async Task A_head_whose_swap_was_not_answered_is_known_as_ones_own()
    {
        string? there = null;
        await using var server = new FakeGcs(request =>
        {
            if (request.Method == "GET")
            {
                return FakeGcs.Content("42", there!);
            }

            var isFirst = there is null;
            there ??= ContentOf(request);
            return isFirst ? FakeAnswer.Reset : FakeGcs.Refusal(412, "conditionNotMet");
        });
        using var store = server.OpenPatient();
        var heads = new HeadStore(store, new BackupId("b"));

        var (tag, other) = await heads.TrySwapAsync(Head.None with { Writer = "me" }, expected: null, CancellationToken.None);

        Assert.Equal((new ETag("42"), null), (tag, other));
    }

    [Fact]
    public async Task Condition_name_and_checksum_go_out_with_the_content()
    {
        await using var server = new FakeGcs(_ => FakeGcs.Written("42"));
        using var store = server.Open();

        await store.PutAsync("b/head", "123456789", PutCondition.CreateOnly);
        var tag = await store.PutAsync("b/head", "123456789", Swap);
        await store.PutAsync("b/head", "123456789");

        Assert.Equal(new ETag("42"), tag);
        Assert.Equal(["0", "41", null], server.Requests.Select(post => post.Query("ifGenerationMatch")));
        Assert.All(server.Requests, post => Assert.Equal("POST /upload/storage/v1/b/bucket/o", post.ToString().Split('?')[0]));
        Assert.All(server.Requests, post => Assert.Equal("123456789", ContentOf(post)));
        Assert.All(server.Requests, post => Assert.Contains("\"name\":\"pre/fix/b/head\"", post.Text, StringComparison.Ordinal));
        Assert.All(server.Requests, post => Assert.Contains("\"crc32c\":\"4waSgw==\"", post.Text, StringComparison.Ordinal));
        Assert.Equal("gs://bucket/pre/fix", store.Name);
    }

    [Fact]
    public async Task A_swap_of_what_is_another_is_a_conflict()
    {
        await using var server = new FakeGcs(_ => FakeGcs.Refusal(412, "conditionNotMet"));
        using var store = server.Open();

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/head", "x", Swap));

        Assert.Contains("gs://bucket/pre/fix/b/head", conflict.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("old")]
    [InlineData("-1")]
    [InlineData("0&ifGenerationMatch=1")]
    public async Task A_tag_that_no_object_here_can_have_is_a_conflict(string tag)
    {
        await using var server = new FakeGcs(_ => FakeGcs.Written("1"));
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/head", "x", PutCondition.IfMatch(new ETag(tag))));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_refused_precondition_of_a_write_without_one_is_no_conflict()
    {
        await using var server = new FakeGcs(_ => FakeGcs.Refusal(412, "orgPolicyConstraintFailed"));
        using var store = server.Open();

        Assert.False((await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/head", "x"))).IsRetryable);
    }

    [Fact]
    public async Task A_store_without_generations_is_refused()
    {
        await using var server = new FakeGcs(_ => FakeAnswer.Json("{}"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", "content", PutCondition.CreateOnly));

        Assert.False(failed.IsRetryable);
        Assert.Contains("no generation", failed.Message, StringComparison.Ordinal);
    }

    /// <summary>What stands between the properties and the last boundary.</summary>
    private static string ContentOf(FakeRequest post) => Encoding.UTF8.GetString(post.Body).Split("\r\n\r\n", 3)[2].Split("\r\n--")[0];

    private static FakeAnswer Failing(string how) => how switch
    {
        "reset" => FakeAnswer.Reset,
        "farewell" => FakeAnswer.Farewell,
        "silence" => FakeAnswer.Silence,
        _ => FakeGcs.Refusal(int.Parse(how, CultureInfo.InvariantCulture), "someReason"),
    };
}
