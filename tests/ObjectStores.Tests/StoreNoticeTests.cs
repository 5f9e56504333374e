using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What an operator hears of a store that is away.</summary>
public sealed class StoreNoticeTests
{
    private readonly List<string> _told = [];
    private readonly FaultyObjectStore _faulty = new(new MemoryObjectStore());

    [Fact]
    public void Many_calls_that_wait_are_one_line_and_their_end_another() => LeapingClock.Run(async clock =>
    {
        var store = await BegunAsync(clock);
        _faulty.Decide = _ => clock.Elapsed < TimeSpan.FromMinutes(5) ? StoreFault.FailBefore() : null;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.PutAsync($"b/{i}", "x")));

        Assert.Equal(2, _told.Count);
        Assert.StartsWith("waiting: Put of b/", _told[0], StringComparison.Ordinal);
        Assert.Matches("^resumed after 30[0-5] s$", _told[1]);
    });

    [Fact]
    public void What_passes_within_two_seconds_is_not_told() => LeapingClock.Run(async clock =>
    {
        var store = await BegunAsync(clock);
        _faulty.Decide = _ => clock.Elapsed < TimeSpan.FromSeconds(1) ? StoreFault.FailBefore() : null;

        await store.PutAsync("b/x", "x");

        Assert.Empty(_told);
    });

    [Fact]
    public void A_long_wait_is_told_again_every_ten_minutes() => LeapingClock.Run(async clock =>
    {
        var store = await BegunAsync(clock);
        _faulty.Decide = _ => clock.Elapsed < TimeSpan.FromMinutes(35) ? StoreFault.FailBefore() : null;

        await store.PutAsync("b/x", "x");

        Assert.Equal(["waiting", "waiting", "waiting", "waiting", "resumed"], _told.Select(line => line.Split(':', ' ')[0]));
    });

    [Fact]
    public void A_call_that_hangs_is_told_as_well() => LeapingClock.Run(async clock =>
    {
        var store = await BegunAsync(clock);
        var gate = new TaskCompletionSource();
        _faulty.Decide = _ => StoreFault.Delay(gate);
        var waiting = store.PutAsync("b/x", "x");
        await Task.Delay(TimeSpan.FromMinutes(3), clock);
        Assert.Equal(["waiting: Cannot write memory/b/x: no answer for 60 s."], _told);

        gate.SetResult();
        await waiting;

        Assert.Equal("resumed after 180 s", _told[1]);
    });

    [Fact]
    public void Other_calls_that_get_through_do_not_end_the_wait() => LeapingClock.Run(async clock =>
    {
        var store = await BegunAsync(clock);
        _faulty.Decide = call => call.Key == "b/x" && clock.Elapsed < TimeSpan.FromMinutes(5) ? StoreFault.FailBefore() : null;
        var waiting = store.PutAsync("b/x", "x");
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), clock);
            await store.PutAsync("b/y", "y");
        }

        Assert.Single(_told);
        await waiting;
        Assert.Equal(2, _told.Count);
    });

    [Fact]
    public void Calls_that_a_run_can_do_without_are_not_told() => LeapingClock.Run(async clock =>
    {
        var store = await BegunAsync(clock);
        _faulty.Decide = _ => StoreFault.FailBefore();

        await Assert.ThrowsAsync<StorageException>(() => store.Briefly().GetAsync("b/manifest", CancellationToken.None));

        Assert.Empty(_told);
    });

    private async Task<RetryingObjectStore> BegunAsync(LeapingClock clock)
    {
        var notice = new StoreNotice
        {
            Waiting = (problem, _) => _told.Add($"waiting: {problem}"),
            Resumed = after => _told.Add($"resumed after {after.TotalSeconds:0} s"),
        };
        var patience = new StorePatience(clock, notice) { Middle = StorePatience.Endless };
        var store = new RetryingObjectStore(_faulty, patience, new Random(1));
        await store.GetAsync("b/head", CancellationToken.None);
        patience.Begun();
        return store;
    }
}
