using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KafkaBackup.Shared.Storage;

/// <summary>The file system calls that .NET does not offer with the guarantees needed here.</summary>
internal static partial class AtomicFile
{
    private const int Interrupted = 4;
    private const int AlreadyExists = 17;
    private const int ReadOnlyDirectory = 0x10000;

    /// <summary>Gives a finished file its final name unless that name is taken; of many callers at once, one wins.</summary>
    /// <remarks><c>link(2)</c>, because a rename without overwriting is check-then-act on Linux and lets two callers win.</remarks>
    /// <returns>False when the name is taken.</returns>
    public static bool TryPublish(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
#pragma warning disable RS0030 // MoveFileEx without MOVEFILE_REPLACE_EXISTING is atomic; the ban is about Linux.
                File.Move(temporary, path, overwrite: false);
#pragma warning restore RS0030
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        }

        if (Link(temporary, path) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == AlreadyExists ? false : throw Failure(error, path);
        }

        File.Delete(temporary);
        return true;
    }

    /// <summary>Gives a finished file its final name, replacing what has it (<c>rename(2)</c>).</summary>
    public static void Replace(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // MoveFileEx with MOVEFILE_REPLACE_EXISTING is atomic; the ban is about Linux.
            File.Move(temporary, path, overwrite: true);
#pragma warning restore RS0030
        }
        else if (Rename(temporary, path) != 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), path);
        }
    }

    /// <summary>Makes a file's content survive a power cut.</summary>
    /// <exception cref="IOException">It cannot be made so. .NET's own flush would pass in silence over a file system that refuses.</exception>
    public static void FlushFile(FileStream file)
    {
        if (OperatingSystem.IsLinux())
        {
            Sync(file.SafeFileHandle, file.Name);
        }
        else
        {
            file.Flush(flushToDisk: true); // On macOS fsync(2) stops short of the disk; .NET knows the call that does not.
        }
    }

    /// <summary>Makes new names in a directory survive a power cut.</summary>
    /// <exception cref="IOException">They cannot be made so.</exception>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names by itself and cannot flush a directory.
        }

        using var handle = Open(directory, OperatingSystem.IsLinux() ? ReadOnlyDirectory : 0);
        if (handle.IsInvalid)
        {
            throw Failure(Marshal.GetLastPInvokeError(), directory);
        }

        Sync(handle, directory);
    }

    private static void Sync(SafeFileHandle handle, string path)
    {
        while (Fsync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
            {
                throw Failure(error, path);
            }
        }
    }

    private static IOException Failure(int error, string path) =>
        new($"{new Win32Exception(error).Message}: {path}", new Win32Exception(error));

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);
}
