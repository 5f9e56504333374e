using System.Runtime.InteropServices;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Ends the process with the exit code that it has earned, whatever native threads are still at work in it.</summary>
/// <remarks>
/// A call that brokers refused goes on in librdkafka until its own limit, and its threads with it. When the process ends in the usual way
/// meanwhile, the TLS library that is built into librdkafka frees what those threads are using: about one in fifty such runs then died of
/// SIGSEGV or SIGABRT instead of telling its exit code.
/// </remarks>
internal static partial class ProcessEnd
{
    private const string Threads = "/proc/self/task";

    /// <summary>Gives <paramref name="code"/> back to be the exit code, or ends the process with it at once where threads of librdkafka are left.</summary>
    public static int With(int code)
    {
        if (LeavesClients())
        {
            Now(code);
        }

        return code;
    }

    /// <summary>Ends the process at once, as a crash does, with <paramref name="code"/>.</summary>
    public static void Now(int code)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        if (OperatingSystem.IsLinux())
        {
            ExitNow(code);
        }

        Environment.Exit(code);
    }

    /// <summary>Whether a thread is left that librdkafka has named: they are all called <c>rdk:…</c>.</summary>
    private static bool LeavesClients()
    {
        try
        {
            return OperatingSystem.IsLinux() && Directory.EnumerateDirectories(Threads).Any(thread => NameOf(thread).StartsWith("rdk:", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string NameOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm"));
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
