using System.Diagnostics;

namespace KafkaBackup.Benchmarks;

/// <summary>Runs a program as a process of its own, one at a time, so that processor time and memory are its own.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="temporary">Its $TMPDIR.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<Measured> RunAsync(MeasuredProgram program, string temporary, params IEnumerable<string> arguments)
    {
        var start = StartOf(program, temporary, arguments);
        var load = Machine.Load;
        var before = ResourceUse.Children;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var peak = await WatchAsync(process);
        var wall = Stopwatch.GetElapsedTime(began);
        var used = ResourceUse.Children - before;
        return process.ExitCode == 0
            ? new Measured(wall, used.Processor, peak, used.PageFaults, await output) { Began = began, Load = load }
            : throw new InvalidOperationException(
                $"{string.Join(' ', [.. program.First.Prepend(program.File), .. arguments])} ended with {process.ExitCode}:\n{await output}{await error}");
    }

    /// <summary>Runs a program that does not end by itself, looks at it for some time, and kills it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="temporary">Its $TMPDIR.</param>
    /// <param name="settling">How long it runs before it is looked at.</param>
    /// <param name="watched">How long it is looked at. Only processor and wall time of that is told, and its peak until then.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="InvalidOperationException">It ended.</exception>
    public static async Task<Measured> RunForAsync(
        MeasuredProgram program, string temporary, TimeSpan settling, TimeSpan watched, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(StartOf(program, temporary, arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await Task.Delay(settling);
            var (began, before) = (Stopwatch.GetTimestamp(), UsedBy(process));
            await Task.Delay(watched);
            return new Measured(Stopwatch.GetElapsedTime(began), UsedBy(process) - before, PeakOf($"/proc/{process.Id}/status"), 0, "")
            {
                Began = began,
                Load = Machine.Load,
            };
        }
        catch (InvalidOperationException gone) when (process.HasExited)
        {
            throw new InvalidOperationException($"{program.File} ended with {process.ExitCode}:\n{await output}{await error}", gone);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static TimeSpan UsedBy(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static ProcessStartInfo StartOf(MeasuredProgram program, string temporary, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program.File, [.. program.First, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = temporary;
        return start;
    }

    /// <summary>Waits for the end, and asks again and again for the peak: a process that has ended has none any more.</summary>
    private static async Task<long> WatchAsync(Process process)
    {
        var status = $"/proc/{process.Id}/status";
        var peak = 0L;
        using var look = new PeriodicTimer(LookPause);
        var ended = process.WaitForExitAsync();
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(status));
            await Task.WhenAny(ended, look.WaitForNextTickAsync().AsTask());
        }

        await ended;
        return peak;
    }

    private static long PeakOf(string status)
    {
        const string Name = "VmHWM:";
        try
        {
            return File.ReadLines(status).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
                ? long.Parse(line[Name.Length..].Replace("kB", "", StringComparison.Ordinal)) * 1024
                : 0;
        }
        catch (IOException)
        {
            return 0; // It has just ended.
        }
    }
}
