using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What every store must do for many callers at once.</summary>
public abstract class ObjectStoreRaceContract : ObjectStoreContract
{
    private const int Writers = 16;

    /// <summary>A swap of this takes a while between its comparison and its write, if these are two steps.</summary>
    private static readonly string LongToCompare = new('x', 300_000);

    /// <summary>How often a race is run. Fewer for a store that is far away.</summary>
    protected virtual int Rounds => 200;

    [SkippableFact]
    public async Task Of_many_creators_exactly_one_wins_and_its_content_stands()
    {
        var clients = Clients(Writers);
        for (var round = 0; round < Rounds; round++)
        {
            var key = $"b1/create/{round}";

            var won = await RaceAsync(clients, (store, i) => store.TryPutAsync(key, $"writer {i}", PutCondition.CreateOnly));

            Assert.Equal($"writer {Assert.Single(won)}", await Store.TextAsync(key));
        }
    }

    [SkippableFact]
    public async Task Of_many_swaps_of_one_version_exactly_one_wins_and_its_content_stands()
    {
        var clients = Clients(Writers);
        var tag = await Store.PutAsync("b1/head", "start");
        for (var round = 0; round < Rounds; round++)
        {
            var expected = tag;

            var won = await RaceAsync(clients, (store, i) => store.TryPutAsync("b1/head", $"writer {i} of {round}", PutCondition.IfMatch(expected)));

            Assert.Equal($"writer {Assert.Single(won)} of {round}", await Store.TextAsync("b1/head"));
            tag = (await Store.GetAsync("b1/head"))!.ETag;
        }
    }

    [SkippableFact]
    public async Task Counting_by_compare_and_swap_loses_no_update()
    {
        var steps = Rounds / 4; // Each is a race of its own, with several tries.
        await Task.WhenAll(Clients(8).Select(store => Task.Run(async () =>
        {
            for (var i = 0; i < steps; i++)
            {
                await store.IncrementAsync("b1/counter");
            }
        })));

        Assert.Equal($"{8 * steps}", await Store.TextAsync("b1/counter"));
    }

    [SkippableFact]
    public async Task An_overwrite_beside_a_swap_is_not_lost()
    {
        var clients = Clients(2);
        for (var round = 0; round < Rounds; round++)
        {
            var tag = await Store.PutAsync("b1/view", LongToCompare);

            await RaceAsync(clients, (store, i) => i == 0
                ? store.TryPutAsync("b1/view", $"swapped {round}", PutCondition.IfMatch(tag))
                : store.TryPutAsync("b1/view", $"overwritten {round}", PutCondition.Overwrite));

            // Before it, the swap conflicts; after it, the swap was replaced.
            Assert.Equal($"overwritten {round}", await Store.TextAsync("b1/view"));
        }
    }

    [SkippableFact]
    public async Task A_deletion_beside_a_swap_is_not_undone()
    {
        var clients = Clients(2);
        for (var round = 0; round < Rounds; round++)
        {
            var tag = await Store.PutAsync("b1/part", LongToCompare);

            await RaceAsync(clients, async (store, i) =>
            {
                if (i == 0)
                {
                    return await store.TryPutAsync("b1/part", $"swapped {round}", PutCondition.IfMatch(tag));
                }

                await store.PutAsync("b1/other", "takes as long as the swap takes to begin");
                await store.DeleteAsync("b1/part");
                return true;
            });

            Assert.Null(await Store.TextAsync("b1/part"));
        }
    }

    [SkippableFact]
    public async Task Readers_beside_writers_see_whole_versions_only()
    {
        var versions = Enumerable.Range(0, 10).Select(i => new string((char)('a' + i), 1000 * (i + 1))).ToArray();
        await Store.PutAsync("b1/x", versions[0]);
        var clients = Clients(4);
        var writing = Task.WhenAll(clients.Take(2).Select(store => Task.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                await store.PutAsync("b1/x", versions[i % versions.Length]);
            }
        })));
        var reading = clients.Skip(2).Select(store => Task.Run(async () =>
        {
            do
            {
                Assert.Contains(await store.TextAsync("b1/x"), versions);
                Assert.Equal(0, (await store.HeadAsync("b1/x", CancellationToken.None))!.Size % 1000);
            }
            while (!writing.IsCompleted);
        }));

        await Task.WhenAll([writing, .. reading]);
    }

    [SkippableFact]
    public async Task A_listing_beside_writes_and_deletions_has_all_that_stays_and_fails_on_none()
    {
        string[] staying = ["b1/a", "b1/m/n", "b1/z"];
        foreach (var key in staying)
        {
            await Store.PutAsync(key, "stays");
        }

        var clients = Clients(3);
        var changing = Task.WhenAll(clients.Skip(1).Select((store, writer) => Task.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                await store.PutAsync($"b1/{writer}-{i % 7}", "comes and goes");
                await store.DeleteAsync($"b1/{writer}-{i % 7}");
            }
        })));
        var listing = Task.Run(async () =>
        {
            do
            {
                var all = await clients[0].KeysAsync("");
                Assert.Equal(all.Distinct().Order(StringComparer.Ordinal), all);
                Assert.Equal(staying, all.Intersect(staying));
                Assert.Equal(staying, (await clients[0].KeysAsync("b1/")).Intersect(staying));
                Assert.Equal(["b1"], await clients[0].FoldersAsync(""));
            }
            while (!changing.IsCompleted);
        });

        await Task.WhenAll(changing, listing);
    }

    /// <summary>Another client of the same objects, as another process would have one.</summary>
    protected abstract IObjectStore AnotherClient();

    private IObjectStore[] Clients(int count) => Enumerable.Range(0, count).Select(_ => AnotherClient()).ToArray();

    /// <summary>Lets all begin at once and returns who won.</summary>
    private static async Task<int[]> RaceAsync(IObjectStore[] clients, Func<IObjectStore, int, Task<bool>> run)
    {
        using var start = new ManualResetEventSlim();
        var racers = clients.Select((store, i) => Task.Run(async () =>
        {
            start.Wait();
            return await run(store, i);
        })).ToArray();
        start.Set();
        var won = await Task.WhenAll(racers);
        return won.Select((wins, i) => (wins, i)).Where(racer => racer.wins).Select(racer => racer.i).ToArray();
    }
}
