using System.Runtime.InteropServices;

namespace KafkaBackup.Benchmarks;

/// <summary>What the numbers were measured on, and how busy it was.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, system and runtime in one paragraph.</summary>
    public static string Describe() =>
        $"""
        Processor  {Processor()}, {Environment.ProcessorCount} logical cores to this process
        System     {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, load average {Load()}
        Runtime    {RuntimeInformation.FrameworkDescription}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC
        MB         1,000,000 bytes; a record of 1 KB has 1,024 bytes, key and value together
        """;

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(IsModel) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static bool IsModel(string line) => line.StartsWith("model name", StringComparison.Ordinal);

    private static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "not known";
}
