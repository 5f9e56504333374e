namespace KafkaBackup.Benchmarks;

/// <summary>A program that is run as a process, and measured.</summary>
/// <param name="File">What is started. A script that starts the program and waits for it hides its memory; one that <c>exec</c>s it does not.</param>
/// <param name="First">The arguments that come before all others.</param>
internal sealed record MeasuredProgram(string File, params IReadOnlyList<string> First)
{
    /// <summary>kafka-backup as it was built with this program.</summary>
    public static MeasuredProgram Built { get; } = OfThisFolder("kafka-backup.dll");

    /// <summary>This program, for parts of it that are measured.</summary>
    public static MeasuredProgram Self { get; } = OfThisFolder("KafkaBackup.Benchmarks.dll");

    private static MeasuredProgram OfThisFolder(string assembly) => new("dotnet", Path.Combine(AppContext.BaseDirectory, assembly));
}
