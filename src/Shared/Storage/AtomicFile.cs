using System.ComponentModel;
using System.Runtime.InteropServices;

namespace KafkaBackup.Shared.Storage;

/// <summary>Puts a finished file in another's place so that a reader sees the old one or the new one, never a part of either.</summary>
internal static partial class AtomicFile
{
    /// <summary>Renames <paramref name="temporary"/> to <paramref name="path"/>, over what is there. Both lie on one file system.</summary>
    /// <remarks>After a power cut either of the two may be there; a caller that needs more flushes the directory as well.</remarks>
    /// <exception cref="IOException">The rename failed; <paramref name="path"/> is as it was.</exception>
    public static void Replace(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // With overwrite this is one MoveFileEx call on Windows, which is what is wanted; the ban is about Linux.
            File.Move(temporary, path, overwrite: true);
#pragma warning restore RS0030
            return;
        }

        if (Rename(temporary, path) != 0)
        {
            var error = new Win32Exception(Marshal.GetLastPInvokeError());
            throw new IOException($"'{temporary}' could not be renamed to '{path}': {error.Message}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
