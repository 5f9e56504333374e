using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KafkaBackup.Shared.Storage;

/// <summary>The file system calls that .NET does not offer with the guarantees needed here.</summary>
internal static partial class AtomicFile
{
    private const int Interrupted = 4; // EINTR
    private const int AlreadyExists = 17; // EEXIST
    private const int OtherDevice = 18; // EXDEV
    private const int ReadOnlyDirectory = 0x10000; // O_DIRECTORY
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const uint NoReplace = 1; // RENAME_NOREPLACE

    /// <summary>EPERM, ENOSYS, EOPNOTSUPP: how file systems say that they have no hard links.</summary>
    private static readonly int[] NoLinks = [1, 38, 95, 45, 78];

    /// <summary>EINVAL, ENOSYS, EOPNOTSUPP: how file systems say that they have no exclusive rename.</summary>
    private static readonly int[] NoExclusiveRename = [22, 38, 95];

    /// <summary>EBADF, EINVAL, ENOTTY, ENOSYS, EOPNOTSUPP (the last two of Linux and of macOS): nothing to flush a directory with.</summary>
    private static readonly int[] NoDirectoryFlush = [9, 22, 25, 38, 95, 45, 78];

    /// <summary>Gives a finished file its final name unless that name is taken; of many callers at once, one wins.</summary>
    /// <remarks><c>link(2)</c>, because .NET's rename without overwriting is check-then-act on Linux and lets two callers win. Where there
    /// are no hard links (exFAT, SMB, FUSE) the kernel's own exclusive rename.</remarks>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">It failed, the file system has neither, or the two are on different ones (<see cref="IsOtherFileSystem"/>).</exception>
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

        if (Link(temporary, path) == 0)
        {
            File.Delete(temporary);
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        if (OperatingSystem.IsLinux() && NoLinks.Contains(error))
        {
            return TryRename(temporary, path);
        }

        return error == AlreadyExists ? false : throw Failure(error, path);
    }

    /// <summary>Whether a file could not get its name because that is on another file system, or behind another mount of the same one.</summary>
    public static bool IsOtherFileSystem(IOException failure) => failure.InnerException is Win32Exception { NativeErrorCode: OtherDevice };

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
            Sync(file.SafeFileHandle, file.Name, tolerated: []);
        }
        else
        {
            file.Flush(flushToDisk: true); // On macOS fsync(2) stops short of the disk; .NET knows the call that does not.
        }
    }

    /// <summary>Makes new names in a directory survive a power cut, as far as the file system can be told to (SMB cannot).</summary>
    /// <exception cref="IOException">It tried and failed: the names may be lost.</exception>
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

        Sync(handle, directory, NoDirectoryFlush);
    }

    private static void Sync(SafeFileHandle handle, string path, int[] tolerated)
    {
        while (Fsync(handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (tolerated.Contains(error))
            {
                return;
            }

            if (error != Interrupted)
            {
                throw Failure(error, path);
            }
        }
    }

    private static bool TryRename(string temporary, string path)
    {
        int error;
        try
        {
            if (Rename(WorkingDirectory, temporary, WorkingDirectory, path, NoReplace) == 0)
            {
                return true;
            }

            error = Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            error = NoExclusiveRename[0]; // An old C library.
        }

        return error switch
        {
            AlreadyExists => false,
            _ when NoExclusiveRename.Contains(error) => throw new IOException(
                "The file system has neither hard links nor an exclusive rename, so two processes could take one name: "
                + "use a directory on a file system that has one of them, or a bucket", new Win32Exception(error)),
            _ => throw Failure(error, path),
        };
    }

    private static IOException Failure(int error, string path) =>
        new($"{new Win32Exception(error).Message}: {path}", new Win32Exception(error));

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);
}
