using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>Stores that know tags with quotes only, without only, or take one spelling for no condition at all.</summary>
public sealed class S3QuotedTagTests
{
    private readonly Dictionary<string, (string Tag, string Content)> _objects = new(StringComparer.Ordinal);
    private int _writes;

    [Fact]
    public async Task A_store_that_compares_quoted_tags_gets_quoted_ones()
    {
        await using var server = new FakeS3(request => Answer(request, sent => sent.Trim('"')));
        using var store = server.Open();

        var tag = await store.PutAsync("b/x", "1", PutCondition.CreateOnly);
        await store.PutAsync("b/x", "2", PutCondition.IfMatch(tag));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "3", PutCondition.IfMatch(tag)));

        Assert.Equal("2", await store.TextAsync("b/x"));
        Assert.All(server.Requests, request => Assert.NotEqual('t', request.Header("If-Match")?[0]));
    }

    [Fact]
    public async Task A_store_that_never_matches_a_quoted_tag_gets_bare_ones_from_the_first_refusal_on()
    {
        await using var server = new FakeS3(request => Answer(request, sent => sent));
        using var store = server.Open();

        var first = await store.PutAsync("b/x", "1", PutCondition.CreateOnly);
        var second = await store.PutAsync("b/x", "2", PutCondition.IfMatch(first));
        var before = server.Requests.Count;
        await store.PutAsync("b/x", "3", PutCondition.IfMatch(second));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "4", PutCondition.IfMatch(second)));

        Assert.Equal("3", await store.TextAsync("b/x"));
        Assert.Single(_objects);
        Assert.Equal(3, server.Requests.Count - before);
    }

    [Fact]
    public async Task A_store_that_takes_a_bare_tag_for_no_condition_never_gets_one_on_an_object_of_ours()
    {
        await using var server = new FakeS3(request => Answer(request, sent => sent.StartsWith('"') ? "refuses all that are quoted" : null));
        using var store = server.Open();

        var tag = await store.PutAsync("b/x", "1", PutCondition.CreateOnly);
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "2", PutCondition.IfMatch(tag)));

        Assert.Equal("1", await store.TextAsync("b/x"));
        Assert.Single(_objects);
    }

    [Fact]
    public async Task A_tag_that_really_is_another_costs_one_look_and_no_experiment()
    {
        await using var server = new FakeS3(request => Answer(request, sent => sent));
        using var store = server.Open();
        await store.PutAsync("b/x", "1", PutCondition.CreateOnly);

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "2", PutCondition.IfMatch(new ETag("other"))));

        Assert.Equal(["PUT", "PUT", "HEAD"], server.Requests.Select(request => request.Method));
    }

    /// <summary>A store that compares what <paramref name="understand"/> makes of If-Match; null is no condition.</summary>
    private FakeAnswer Answer(FakeRequest request, Func<string, string?> understand)
    {
        var key = request.Target.Split('?')[0];
        var there = _objects.GetValueOrDefault(key);
        switch (request.Method)
        {
            case "PUT":
                var expected = request.Header("If-Match") is { } sent ? understand(sent) : null;
                if ((expected is not null && expected != there.Tag) || (request.Header("If-None-Match") is not null && there.Tag is not null))
                {
                    return FakeAnswer.Error(412, "PreconditionFailed");
                }

                var tag = $"t{++_writes}";
                _objects[key] = (tag, request.Text);
                return FakeAnswer.Ok(tag);
            case "DELETE":
                _objects.Remove(key);
                return new FakeAnswer { Status = 204 };
            default:
                return there.Tag is null ? FakeAnswer.Error(404, "NoSuchKey") : FakeAnswer.Ok(there.Tag, there.Content);
        }
    }
}
