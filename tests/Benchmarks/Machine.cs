using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KafkaBackup.Benchmarks;

/// <summary>What the numbers were measured on, and how busy it was.</summary>
internal static class Machine
{
    private const double QuietShare = 0.9;

    /// <summary>Processor, cores, system and runtime in one paragraph.</summary>
    public static string Describe() =>
        $"""
        Processor  {Processor()}, {Environment.ProcessorCount} logical cores to this process
        System     {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, load average {Loads()}
        Runtime    {RuntimeInformation.FrameworkDescription}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC
        MB         1,000,000 bytes; a record of 1 KB has 1,024 bytes, key and value together
        """;

    /// <summary>How many processes wanted to run during the last minute, about. Not a number where the system does not say.</summary>
    public static double Load => double.TryParse(Loads().Split(' ')[0], out var load) ? load : double.NaN;

    /// <summary>Waits until hardly anything else runs, so that the figures are of what is measured.</summary>
    public static async Task SettleAsync(TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var (before, idle) = (IdleSeconds(), 0.0); idle < QuietShare * Environment.ProcessorCount && Stopwatch.GetElapsedTime(began) < patience;)
        {
            await second.WaitForNextTickAsync();
            (idle, before) = (IdleSeconds() - before, IdleSeconds());
        }
    }

    /// <summary>How long the cores have been idle, in seconds, added up.</summary>
    private static double IdleSeconds() => File.Exists("/proc/uptime") ? double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[1]) : double.MaxValue;

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(IsModel) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static bool IsModel(string line) => line.StartsWith("model name", StringComparison.Ordinal);

    private static string Loads() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "not known";
}
