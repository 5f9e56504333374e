using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>Listings that break off go on, each key once.</summary>
public sealed class RetryingObjectStoreListingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void A_listing_that_breaks_off_goes_on_behind_what_was_handed_out(int after) => LeapingClock.Run(async clock =>
    {
        var memory = new MemoryObjectStore();
        string[] keys = [.. Enumerable.Range(0, 10).Select(i => $"b/{i}/x")];
        foreach (var key in keys)
        {
            await memory.PutAsync(key, "x");
        }

        var breaking = new BreakingStore(memory) { BreaksAfter = after, Breaks = 5 };
        using var store = new RetryingObjectStore(breaking, new StorePatience(clock), new Random(1));

        Assert.Equal(keys, await store.KeysAsync("b/"));
        Assert.Equal(5, breaking.Broken);
        breaking.Breaks = 7;
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], await store.FoldersAsync("b/"));
        Assert.Equal(7, breaking.Broken);
    });

    [Fact]
    public void What_was_handed_out_and_deleted_meanwhile_is_not_missed() => LeapingClock.Run(async clock =>
    {
        var memory = new MemoryObjectStore();
        foreach (var key in (string[])["b/1", "b/2", "b/3"])
        {
            await memory.PutAsync(key, "x");
        }

        using var store = new RetryingObjectStore(new BreakingStore(memory) { BreaksAfter = 2, Breaks = 1 }, new StorePatience(clock), new Random(1));
        var seen = new List<string>();
        await foreach (var found in store.ListAsync("b/", CancellationToken.None))
        {
            seen.Add(found.Key);
            await memory.DeleteAsync(found.Key);
        }

        Assert.Equal(["b/1", "b/2", "b/3"], seen);
    });

    [Fact]
    public void A_listing_that_gets_nowhere_ends() => LeapingClock.Run(async clock =>
    {
        var memory = new MemoryObjectStore();
        await memory.PutAsync("b/1", "x");
        await memory.PutAsync("b/2", "x");
        var breaking = new BreakingStore(memory) { BreaksAfter = 1, Breaks = int.MaxValue };
        using var store = new RetryingObjectStore(breaking, new StorePatience(clock), new Random(1));

        await Assert.ThrowsAsync<StorageException>(() => store.KeysAsync("b/"));

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(60));
    });

    [Fact]
    public void A_listing_that_hangs_is_given_up() => LeapingClock.Run(async clock =>
    {
        using var store = new RetryingObjectStore(new StuckStore(), new StorePatience(clock), new Random(1));

        await Assert.ThrowsAsync<StorageException>(() => store.KeysAsync("b/"));

        Assert.Equal(TimeSpan.FromSeconds(65), clock.Elapsed);
    });
}
