using System.Diagnostics;

namespace KafkaBackup.Testing;

/// <summary>Runs programs under <c>strace</c>, which can make system calls fail as odd file systems do.</summary>
public static class Strace
{
    private static readonly Lazy<bool> Works = new(Try);

    /// <summary>Whether it is there and may trace.</summary>
    public static bool IsThere => Works.Value;

    /// <summary>Why a test that needs it is skipped.</summary>
    public static string Reason => "strace is not there, or may not trace.";

    /// <summary>The front of a command line whose system calls <paramref name="calls"/> do not do their work.</summary>
    /// <param name="calls">The calls, with commas between them.</param>
    /// <param name="outcome">What they do instead, such as <c>error=EPERM</c> or <c>retval=0</c>.</param>
    /// <param name="paths">Only calls on these paths; all calls when none is named.</param>
    public static IReadOnlyList<string> Injecting(string calls, string outcome, params IEnumerable<string> paths) =>
    [
        "strace", "-f", "-qq", "-o", "/dev/null", .. paths.SelectMany(path => new[] { "-P", path }),
        "-e", $"trace={calls}", "-e", $"inject={calls}:{outcome}",
    ];

    /// <summary>The front of a command line whose system calls are written to a file, with the paths behind file descriptors.</summary>
    public static IReadOnlyList<string> Recording(string calls, string file) => ["strace", "-f", "-qq", "-y", "-s", "4096", "-o", file, "-e", $"trace={calls}"];

    private static bool Try()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("strace", ["-f", "-qq", "-o", "/dev/null", "true"]) { UseShellExecute = false, RedirectStandardError = true });
            process!.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
