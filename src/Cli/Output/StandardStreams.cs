using System.Runtime.InteropServices;
using System.Text;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Output;

/// <summary>Standard output and standard error as this program promises to use them: a result that cannot be written is a failure,
/// a log line that cannot be written is dropped.</summary>
internal static partial class StandardStreams
{
    private const int OutputHandle = 1;
    private const int ErrorHandle = 2;
    private const int GetDescriptorFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    /// <summary>Puts both in place of what .NET opens. The first call of the program.</summary>
    /// <remarks>Without it a full or closed standard error ends a backup, as whatever logs fails, and the log of that failure as well.</remarks>
    public static void Secure()
    {
        Console.SetOut(Writer(new GuardedStream(
            WasOpen(OutputHandle) ? Console.OpenStandardOutput() : null,
            reason => throw new BackupException(
                FailureKind.Internal, $"Cannot write the result to standard output: {reason.TrimEnd('.')}. Send it where there is room for it."))));
        Console.SetError(Writer(new GuardedStream(WasOpen(ErrorHandle) ? Console.OpenStandardError() : null, _ => { })));
    }

    /// <summary>Whether a stream was given to this program, which is not the same as being open now.</summary>
    /// <remarks>Where the caller gave none, the runtime's next file or pipe got the number, and log lines would go into that. What was
    /// there before the program cannot be marked to be closed at its start; whatever the runtime opens is.</remarks>
    private static bool WasOpen(int handle) =>
        OperatingSystem.IsWindows() || (Fcntl(handle, GetDescriptorFlags) is var flags and >= 0 && (flags & CloseOnExec) == 0);

    private static StreamWriter Writer(Stream stream)
    {
        // A mark of the byte order has no place in the middle of a pipe.
        var encoding = Console.OutputEncoding is UTF8Encoding ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) : Console.OutputEncoding;
        return new StreamWriter(stream, encoding) { AutoFlush = true };
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int handle, int command);
}
