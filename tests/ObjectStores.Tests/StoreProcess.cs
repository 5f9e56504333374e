using System.Diagnostics;
using System.Globalization;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>Another process that uses a file store: this assembly, started as a program.</summary>
internal sealed class StoreProcess : IDisposable
{
    private readonly Process _process;

    private StoreProcess(Process process) => _process = process;

    public static Task<StoreProcess> StartAsync(string role, string root, string name, int rounds) => StartUnderAsync([], null, role, root, name, rounds);

    /// <summary>Starts it by another program, whose command line is <paramref name="prefix"/>, and with one more variable.</summary>
    public static async Task<StoreProcess> StartUnderAsync(
        IReadOnlyList<string> prefix, (string Name, string Value)? variable, string role, string root, string name, int rounds)
    {
        List<string> command =
        [
            .. prefix, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            "exec", typeof(StoreProcess).Assembly.Location, role, root, name, rounds.ToString(CultureInfo.InvariantCulture),
        ];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (variable is { } set)
        {
            start.Environment[set.Name] = set.Value;
        }

        var started = new StoreProcess(Process.Start(start)!);
        Assert.Equal("ready", await started.LineAsync());
        return started;
    }

    public void Go() => _process.StandardInput.WriteLine("go");

    public async Task<string?> LineAsync() => await _process.StandardOutput.ReadLineAsync();

    public async Task ExitAsync()
    {
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
    }

    /// <summary>Ends it at once, wherever it is.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<int> Main(string[] args)
    {
        if (args is not [var role, var root, var name, var rounds])
        {
            Console.Error.WriteLine("Run the tests with dotnet test.");
            return 2;
        }

        var store = new FileSystemObjectStore(root);
        if (role == "publish")
        {
            PrepareToPublish(root, name, int.Parse(rounds, CultureInfo.InvariantCulture));
        }

        Console.WriteLine("ready");
        Console.ReadLine();
        return role switch
        {
            "race" => await RaceAsync(store, name, int.Parse(rounds, CultureInfo.InvariantCulture)),
            "publish" => Publish(root, name, int.Parse(rounds, CultureInfo.InvariantCulture)),
            "use" => await UseAsync(store),
            "overwrite" => await OverwriteAsync(store, int.Parse(rounds, CultureInfo.InvariantCulture)),
            _ => 2,
        };
    }

    /// <summary>Claims keys, counts in a shared counter, and says how many keys it won.</summary>
    private static async Task<int> RaceAsync(FileSystemObjectStore store, string name, int rounds)
    {
        var won = 0;
        for (var i = 0; i < rounds; i++)
        {
            won += await store.TryPutAsync($"b1/create/{i}", name, PutCondition.CreateOnly) ? 1 : 0;
            await store.IncrementAsync("b1/counter");
        }

        Console.WriteLine(won);
        return 0;
    }

    /// <summary>Finishes all files before the race: who only takes names stays beside the others, as whoever is ahead has more to do.</summary>
    private static void PrepareToPublish(string root, string name, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            File.WriteAllText(Path.Combine(root, $"{name}-{i}"), name);
        }
    }

    /// <summary>Takes names for finished files, and says how many it got.</summary>
    private static int Publish(string root, string name, int rounds)
    {
        var won = 0;
        for (var i = 0; i < rounds; i++)
        {
            won += AtomicFile.TryPublish(Path.Combine(root, $"{name}-{i}"), Path.Combine(root, $"taken-{i}")) ? 1 : 0;
        }

        Console.WriteLine(won);
        return 0;
    }

    /// <summary>Does with one key all that a store can do, and says how that went.</summary>
    private static async Task<int> UseAsync(FileSystemObjectStore store)
    {
        try
        {
            await store.PutAsync("b1/sub/x", "first", PutCondition.CreateOnly);
            var isTaken = !await store.TryPutAsync("b1/sub/x", "second", PutCondition.CreateOnly);
            await store.PutAsync("b1/sub/x", "third", PutCondition.IfMatch((await store.GetAsync("b1/sub/x"))!.ETag));
            await store.PutAsync("b1/sub/y", "replaced");
            await store.PutAsync("b1/sub/y", "deleted");
            await store.DeleteAsync("b1/sub/y");
            Console.WriteLine($"{await store.TextAsync("b1/sub/x")}, {(isTaken ? "once" : "twice")}");
        }
        catch (StorageException e)
        {
            Console.WriteLine(e.Message);
        }

        return 0;
    }

    /// <summary>Swaps the versions of one object until it is ended, and tells of each.</summary>
    private static async Task<int> OverwriteAsync(FileSystemObjectStore store, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            var current = await store.GetAsync("b1/x");
            await store.PutAsync("b1/x", new string((char)('a' + (i % 26)), 1_000_000), PutCondition.Expecting(current?.ETag));
            Console.WriteLine(i);
        }

        return 0;
    }
}
