using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>For how long a store is borne with. All times are those of a clock that leaps.</summary>
public sealed class RetryingObjectStoreTests
{
    private static readonly TaskCompletionSource Never = new();
    private readonly MemoryObjectStore _memory = new();
    private readonly FaultyObjectStore _faulty;

    public RetryingObjectStoreTests() => _faulty = new FaultyObjectStore(_memory);

    [Fact]
    public void A_store_that_is_away_from_the_start_is_waited_for_a_minute_over_all_calls() => LeapingClock.Run(async clock =>
    {
        var store = Store(clock);
        _faulty.Decide = _ => StoreFault.FailBefore();

        var first = FailedAsync(() => store.GetAsync("b/head", CancellationToken.None));
        await Task.Delay(TimeSpan.FromSeconds(30), clock);
        var second = FailedAsync(() => store.GetAsync("b/other", CancellationToken.None));

        Assert.False((await first).IsRetryable);
        await second;
        Assert.InRange(clock.Elapsed, Seconds(54), Seconds(60));
    });

    [Fact]
    public void A_head_that_hangs_from_the_start_ends_within_the_same_minute() => LeapingClock.Run(async clock =>
    {
        var store = Store(clock);
        _faulty.Decide = _ => StoreFault.Delay(Never);

        var failure = await FailedAsync(() => store.GetAsync("b/head", CancellationToken.None));

        Assert.Equal(Seconds(60), clock.Elapsed);
        Assert.Contains("memory/b/head: no answer for 60 s. It was tried for 60 s", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Before_the_ledger_is_loaded_a_call_that_fails_later_has_a_minute_of_its_own() => LeapingClock.Run(async clock =>
    {
        var store = Store(clock);
        await store.GetAsync("b/head", CancellationToken.None);
        await Task.Delay(TimeSpan.FromMinutes(5), clock); // A large ledger.
        _faulty.Decide = _ => StoreFault.FailBefore();

        await FailedAsync(() => store.GetAsync("b/part", CancellationToken.None));

        Assert.InRange(clock.Elapsed - TimeSpan.FromMinutes(5), Seconds(54), Seconds(60));
    });

    [Theory]
    [InlineData(20)]
    [InlineData(600)]
    public void In_the_middle_of_a_run_each_call_is_repeated_for_the_time_that_is_configured(int seconds) => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, Seconds(seconds));
        await BegunAsync(store, patience);
        _faulty.Decide = call => clock.Elapsed < Seconds(seconds - 6) ? StoreFault.FailBefore() : null;
        Assert.NotEqual(default, await store.PutAsync("b/x", "stored"));

        _faulty.Decide = _ => StoreFault.FailBefore();
        var began = clock.Elapsed;
        await FailedAsync(() => store.PutAsync("b/y", "lost"));

        Assert.InRange(clock.Elapsed - began, Seconds(seconds - 6), Seconds(seconds));
    });

    [Fact]
    public void A_run_without_an_end_waits_for_as_long_as_it_takes() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, StorePatience.Endless);
        await BegunAsync(store, patience);
        _faulty.Decide = _ => clock.Elapsed < TimeSpan.FromDays(3) ? StoreFault.FailBefore() : null;

        await store.PutAsync("b/x", "stored");

        Assert.Equal("stored", await _memory.TextAsync("b/x"));
    });

    [Fact]
    public void What_is_not_retryable_passes_at_once() => LeapingClock.Run(async clock =>
    {
        var store = Store(clock);
        _faulty.Decide = _ => StoreFault.FailBefore(retryable: false);

        await FailedAsync(() => store.GetAsync("b/x", CancellationToken.None));

        Assert.Equal((TimeSpan.Zero, 1), (clock.Elapsed, _faulty.Calls.Count));
    });

    [Fact]
    public void A_conflict_passes_at_once() => LeapingClock.Run(async clock =>
    {
        var store = Store(clock);
        await store.PutAsync("b/x", "theirs");

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "mine", PutCondition.CreateOnly));

        Assert.Equal((TimeSpan.Zero, 2), (clock.Elapsed, _faulty.Calls.Count));
    });

    [Fact]
    public void A_create_only_write_whose_answer_was_lost_comes_back_as_a_conflict() => LeapingClock.Run(async clock =>
    {
        var store = Store(clock);
        _faulty.Decide = call => call.Nth == 1 ? StoreFault.FailAfter() : null;

        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/x", "mine", PutCondition.CreateOnly));

        Assert.Equal("mine", await _memory.TextAsync("b/x"));
    });

    [Fact]
    public void Pauses_grow_to_five_seconds() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, StorePatience.Endless);
        await BegunAsync(store, patience);
        var tries = new List<TimeSpan>();
        _faulty.Decide = _ =>
        {
            tries.Add(clock.Elapsed);
            return tries.Count < 30 ? StoreFault.FailBefore() : null;
        };

        await store.DeleteAsync("b/x", CancellationToken.None);

        var pauses = tries.Zip(tries.Skip(1), (sooner, later) => later - sooner).ToList();
        Assert.InRange(pauses[0], Seconds(0.1), Seconds(0.2));
        Assert.All(pauses.Skip(6), pause => Assert.InRange(pause, Seconds(2.5), Seconds(5)));
        Assert.True(pauses.Distinct().Count() > 20);
    });

    [Fact]
    public void A_try_that_hangs_in_a_run_with_an_end_is_given_up_and_made_again() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, TimeSpan.FromMinutes(30));
        await BegunAsync(store, patience);
        _faulty.Decide = call => call is { Operation: StoreOperation.Put, Nth: 1 } ? StoreFault.Delay(Never) : null;

        await store.PutAsync("b/x", "stored");

        Assert.InRange(clock.Elapsed, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
    });

    [Fact]
    public void A_store_that_cannot_be_cancelled_is_left_behind() => LeapingClock.Run(async clock =>
    {
        using var store = new RetryingObjectStore(new StuckStore(), new StorePatience(clock), new Random(1));

        var failure = await FailedAsync(() => store.GetAsync("b/x", CancellationToken.None));

        Assert.Equal(Seconds(65), clock.Elapsed); // With what a cancelled try has to end.
        Assert.Contains("no answer", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void After_one_call_has_run_out_of_patience_others_get_ten_seconds() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, TimeSpan.FromMinutes(10));
        await BegunAsync(store, patience);
        _faulty.Decide = _ => StoreFault.FailBefore();
        await FailedAsync(() => store.PutAsync("b/x", "lost"));
        var began = clock.Elapsed;

        await FailedAsync(() => store.PutAsync("b/y", "lost"));

        Assert.InRange(clock.Elapsed - began, Seconds(4), Seconds(10));
    });

    [Fact]
    public void What_a_run_can_do_without_waits_ten_seconds_and_is_no_reason_to_lose_patience() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, TimeSpan.FromMinutes(10));
        await BegunAsync(store, patience);
        _faulty.Decide = _ => StoreFault.FailBefore();

        await FailedAsync(() => store.Briefly().GetAsync("b/manifest", CancellationToken.None));

        Assert.InRange(clock.Elapsed, Seconds(1), Seconds(3));
        var began = clock.Elapsed;
        await FailedAsync(() => store.PutAsync("b/y", "lost"));
        Assert.InRange(clock.Elapsed - began, Seconds(594), Seconds(600));
    });

    [Fact]
    public void A_run_that_is_told_to_hurry_gives_calls_that_wait_ten_seconds_more() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, StorePatience.Endless);
        await BegunAsync(store, patience);
        _faulty.Decide = _ => StoreFault.FailBefore();
        var waiting = FailedAsync(() => store.PutAsync("b/x", "lost"));
        await Task.Delay(TimeSpan.FromHours(1), clock);

        patience.Hurry();

        Assert.Contains("told to stop", (await waiting).Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed - TimeSpan.FromHours(1), Seconds(1), Seconds(10));
    });

    [Fact]
    public void A_run_that_is_told_to_hurry_gives_up_a_call_that_hangs() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, StorePatience.Endless);
        await BegunAsync(store, patience);
        _faulty.Decide = _ => StoreFault.Delay(Never);
        var waiting = FailedAsync(() => store.PutAsync("b/x", "lost"));
        await Task.Delay(TimeSpan.FromHours(1), clock);

        patience.Hurry();
        await waiting;

        Assert.Equal(TimeSpan.FromHours(1) + Seconds(20), clock.Elapsed);
    });

    [Fact]
    public void A_caller_that_gives_up_is_let_go() => LeapingClock.Run(async clock =>
    {
        var (store, patience) = Patient(clock, StorePatience.Endless);
        await BegunAsync(store, patience);
        _faulty.Decide = call => call.Key == "b/hangs" ? StoreFault.Delay(Never) : StoreFault.FailBefore();
        using var cancellation = new CancellationTokenSource();
        var hanging = store.GetAsync("b/hangs", cancellation.Token);
        var pausing = store.GetAsync("b/fails", cancellation.Token);
        await Task.Delay(TimeSpan.FromMinutes(5), clock);

        cancellation.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pausing);
        Assert.Equal(TimeSpan.FromMinutes(5), clock.Elapsed);
    });

    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);

    private static Task<StorageException> FailedAsync(Func<Task> call) => Assert.ThrowsAsync<StorageException>(call);

    /// <summary>A run whose ledger is loaded.</summary>
    private static async Task BegunAsync(IObjectStore store, StorePatience patience)
    {
        await store.GetAsync("b/head", CancellationToken.None);
        patience.Begun();
    }

    private RetryingObjectStore Store(LeapingClock clock) => new(_faulty, new StorePatience(clock), new Random(1));

    private (RetryingObjectStore Store, StorePatience Patience) Patient(LeapingClock clock, TimeSpan middle)
    {
        var patience = new StorePatience(clock) { Middle = middle };
        return (new RetryingObjectStore(_faulty, patience, new Random(1)), patience);
    }
}
