using System.Diagnostics;
using System.Text;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>The command line program as a process of its own, as a user runs it.</summary>
internal sealed class CliRun : IDisposable
{
    private static readonly TimeSpan Patience = TestLimits.Hang;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private CliRun(Process process)
    {
        _process = process;
        _output = ReadOutputAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program.</summary>
    /// <param name="temporary">Its $TMPDIR, where it keeps local state by default.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CliRun Start(string temporary, params IEnumerable<string> arguments) => StartUnder([], temporary, arguments);

    /// <summary>Starts the program with variables of its own.</summary>
    public static CliRun StartWith(IReadOnlyDictionary<string, string> variables, string temporary, params IEnumerable<string> arguments) =>
        StartUnder(["env", .. variables.Select(variable => $"{variable.Key}={variable.Value}")], temporary, arguments);

    /// <summary>Starts the program by another one, which ends in it: its command line comes behind <paramref name="prefix"/>.</summary>
    public static CliRun StartUnder(IReadOnlyList<string> prefix, string temporary, params IEnumerable<string> arguments) =>
        StartFrom(AppContext.BaseDirectory, prefix, temporary, arguments);

    /// <summary>As <see cref="StartUnder"/>, a copy of the program that lies in <paramref name="folder"/>.</summary>
    public static CliRun StartFrom(string folder, IReadOnlyList<string> prefix, string temporary, params IEnumerable<string> arguments) =>
        StartCommand([.. prefix, "dotnet", Path.Combine(folder, "kafka-backup.dll"), .. arguments], temporary);

    /// <summary>Starts another program of this repository.</summary>
    /// <param name="assembly">Its file.</param>
    /// <param name="temporary">Its $TMPDIR.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CliRun StartOther(string assembly, string temporary, params IEnumerable<string> arguments) =>
        StartCommand(["dotnet", assembly, .. arguments], temporary);

    private static CliRun StartCommand(IReadOnlyList<string> command, string temporary)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["TMPDIR"] = temporary;
        return new CliRun(Process.Start(start)!);
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<CliResult> RunAsync(params IEnumerable<string> arguments)
    {
        using var run = Start(Path.GetTempPath(), arguments);
        return await run.FinishAsync();
    }

    /// <summary>Runs the program to its end with a standard stream as a shell puts it, such as <c>2&gt;/dev/full</c>.</summary>
    public static async Task<CliResult> RunRedirectedAsync(string redirection, params IEnumerable<string> arguments)
    {
        using var run = StartUnder(["sh", "-c", $"exec \"$@\" {redirection}", "sh"], Path.GetTempPath(), arguments);
        return await run.FinishAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<CliResult> FinishAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The program did not end within {Patience.TotalSeconds:0} s. It had said:\n{await _error}", e);
        }

        return new CliResult(_process.ExitCode, await _output, await _error);
    }

    /// <summary>Watches until <paramref name="condition"/> holds or the program has ended.</summary>
    /// <returns>Whether the program still runs.</returns>
    public Task<bool> WaitUntilAsync(Func<bool> condition) => WaitUntilAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="WaitUntilAsync(Func{bool})"/>
    public async Task<bool> WaitUntilAsync(Func<Task<bool>> condition)
    {
        // A directory is watched by looking again and again: a notification for folders that are just being made would come too late.
        using var look = new PeriodicTimer(LookPause);
        using var patience = new CancellationTokenSource(Patience);
        while (!_process.HasExited && !await condition())
        {
            await look.WaitForNextTickAsync(patience.Token);
        }

        return !_process.HasExited;
    }

    /// <summary>Watches until <paramref name="condition"/> holds; a program that ends before that fails the test with what it said.</summary>
    public Task WaitForAsync(Func<bool> condition) => WaitForAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="WaitForAsync(Func{bool})"/>
    public async Task WaitForAsync(Func<Task<bool>> condition)
    {
        if (!await WaitUntilAsync(condition))
        {
            var end = await FinishAsync();
            Assert.Fail($"The program ended too early, with {end.ExitCode}:\n{end.Output}\n{end.Error}");
        }
    }

    /// <summary>Waits until standard output has said something.</summary>
    public Task WaitForOutputAsync(string part) => WaitForAsync(() => Said.Contains(part, StringComparison.Ordinal));

    private string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Ends the process with SIGKILL: it gets no chance to do anything about it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, as a service manager does.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Stops the process where it stands (SIGSTOP).</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets a frozen process go on (SIGCONT).</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task<string> ReadOutputAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is var count and > 0)
        {
            lock (_said)
            {
                _said.Append(buffer, 0, count);
            }
        }

        return Said;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }
}
