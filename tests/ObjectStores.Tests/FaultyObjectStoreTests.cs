using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

public sealed class FaultyObjectStoreTests
{
    private readonly MemoryObjectStore _inner = new();
    private readonly FaultyObjectStore _store;

    public FaultyObjectStoreTests() => _store = new FaultyObjectStore(_inner);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_fails_before_does_nothing(bool retryable)
    {
        _store.Decide = _ => StoreFault.FailBefore(retryable);

        var failure = await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("b1/x", "x"));

        Assert.Equal(retryable, failure.IsRetryable);
        Assert.Equal("b1/x", failure.Key);
        Assert.Null(await _inner.TextAsync("b1/x"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_fails_after_has_done_its_work(bool retryable)
    {
        _store.Decide = _ => StoreFault.FailAfter(retryable);

        var failure = await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("b1/x", "x"));

        Assert.Equal(retryable, failure.IsRetryable);
        Assert.Equal("x", await _inner.TextAsync("b1/x"));
    }

    [Fact]
    public async Task A_lost_answer_does_not_tell_of_a_conflict()
    {
        await _inner.PutAsync("b1/x", "theirs");
        _store.Decide = _ => StoreFault.FailAfter();

        await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("b1/x", "mine", PutCondition.CreateOnly));

        Assert.Equal("theirs", await _inner.TextAsync("b1/x"));
    }

    [Fact]
    public async Task A_delayed_call_does_nothing_until_its_gate_opens()
    {
        var gate = new TaskCompletionSource();
        _store.Decide = _ => StoreFault.Delay(gate);

        var put = _store.PutAsync("b1/x", "x");
        Assert.False(put.IsCompleted);
        Assert.Null(await _inner.TextAsync("b1/x"));
        gate.SetResult();
        await put;

        Assert.Equal("x", await _inner.TextAsync("b1/x"));
    }

    [Fact]
    public async Task A_delayed_answer_comes_when_its_gate_opens()
    {
        var gate = new TaskCompletionSource();
        _store.Decide = _ => StoreFault.DelayAnswer(gate);

        var put = _store.PutAsync("b1/x", "x");
        Assert.False(put.IsCompleted);
        Assert.Equal("x", await _inner.TextAsync("b1/x"));
        gate.SetResult();

        Assert.Equal((await _inner.GetAsync("b1/x"))!.ETag, await put);
    }

    [Fact]
    public async Task A_delayed_call_may_fail_in_the_end()
    {
        var gate = new TaskCompletionSource();
        _store.Decide = _ => StoreFault.FailAfter().AfterDelay(gate);

        var put = _store.PutAsync("b1/x", "x");
        Assert.Null(await _inner.TextAsync("b1/x"));
        gate.SetResult();

        await Assert.ThrowsAsync<StorageException>(() => put);
        Assert.Equal("x", await _inner.TextAsync("b1/x"));
    }

    [Fact]
    public async Task A_delayed_call_may_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        _store.Decide = _ => StoreFault.Delay(new TaskCompletionSource());

        var put = _store.PutAsync("b1/x", StoreTexts.Bytes("x"), PutCondition.Overwrite, cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        Assert.Null(await _inner.TextAsync("b1/x"));
    }

    [Fact]
    public async Task Faults_are_decided_by_operation_key_and_count()
    {
        _store.Decide = call => call is { Operation: StoreOperation.Put, Key: "b1/x", Nth: 2 } ? StoreFault.FailBefore() : null;

        await _store.PutAsync("b1/x", "first");
        await _store.PutAsync("b1/y", "first");
        await _store.GetAsync("b1/x");
        await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("b1/x", "second"));
        await _store.PutAsync("b1/x", "third");

        Assert.Equal("third", await _inner.TextAsync("b1/x"));
    }

    [Fact]
    public async Task Every_operation_can_fail_and_is_logged_with_its_key_and_condition()
    {
        _store.Decide = _ => StoreFault.FailBefore();

        await Assert.ThrowsAsync<StorageException>(() => _store.GetAsync("a"));
        await Assert.ThrowsAsync<StorageException>(() => _store.HeadAsync("b", CancellationToken.None));
        await Assert.ThrowsAsync<StorageException>(() => _store.OpenReadAsync("c", CancellationToken.None));
        await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("d", "x", PutCondition.CreateOnly));
        await Assert.ThrowsAsync<StorageException>(() => _store.DeleteAsync("e"));
        await Assert.ThrowsAsync<StorageException>(() => _store.KeysAsync("f"));
        await Assert.ThrowsAsync<StorageException>(() => _store.FoldersAsync("g/"));

        Assert.Equal(
            [
                new StoreCall(StoreOperation.Get, "a", null, 1),
                new StoreCall(StoreOperation.Head, "b", null, 1),
                new StoreCall(StoreOperation.OpenRead, "c", null, 1),
                new StoreCall(StoreOperation.Put, "d", PutCondition.CreateOnly, 1),
                new StoreCall(StoreOperation.Delete, "e", null, 1),
                new StoreCall(StoreOperation.List, "f", null, 1),
                new StoreCall(StoreOperation.ListFolders, "g/", null, 1),
            ],
            _store.Calls);
    }
}
