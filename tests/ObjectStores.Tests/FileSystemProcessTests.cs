using System.Globalization;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>One directory and several processes.</summary>
public sealed class FileSystemProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("store-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Racing_processes_create_each_key_once_and_lose_no_update()
    {
        const int rounds = 100;
        var wins = await RaceAsync("race", rounds);

        var store = new FileSystemObjectStore(_directory.FullName);
        Assert.Equal(rounds, wins.Sum());
        Assert.Equal("300", await store.TextAsync("b1/counter"));
        for (var i = 0; i < wins.Count; i++)
        {
            var mine = 0;
            foreach (var key in await store.KeysAsync("b1/create/"))
            {
                mine += await store.TextAsync(key) == $"process {i}" ? 1 : 0;
            }

            Assert.Equal(wins[i], mine);
        }
    }

    [Fact]
    public async Task Of_racing_processes_exactly_one_gets_each_name()
    {
        const int names = 2_000;

        var wins = await RaceAsync("publish", names);

        Assert.Equal(names, wins.Sum());
    }

    [Fact]
    public async Task A_killed_writer_leaves_a_whole_object_and_no_lock()
    {
        var store = new FileSystemObjectStore(_directory.FullName);
        for (var round = 1; round <= 5; round++)
        {
            using var writer = await StoreProcess.StartAsync("overwrite", _directory.FullName, "", int.MaxValue);
            writer.Go();
            for (var i = 0; i < round; i++)
            {
                Assert.NotNull(await writer.LineAsync());
            }

            await writer.KillAsync();

            var left = (await store.GetAsync("b1/x"))!;
            Assert.Equal(1_000_000, left.Content.Length);
            Assert.Equal(1_000_000, left.Content.Span.Count(left.Content.Span[0]));
            Assert.Equal(["b1/x"], await store.KeysAsync(""));
            await store.PutAsync("b1/x", "mine", PutCondition.IfMatch(left.ETag)).WaitAsync(TestLimits.Hang);
        }
    }

    /// <summary>Lets three processes begin at once, and returns what each says that it won.</summary>
    private async Task<List<int>> RaceAsync(string role, int rounds)
    {
        var processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => StoreProcess.StartAsync(role, _directory.FullName, $"process {i}", rounds)));
        var wins = new List<int>();
        Array.ForEach(processes, process => process.Go());
        foreach (var process in processes)
        {
            wins.Add(int.Parse((await process.LineAsync())!, CultureInfo.InvariantCulture));
            await process.ExitAsync();
            process.Dispose();
        }

        return wins;
    }
}
