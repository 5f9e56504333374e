using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <summary>Locks of whole files that the system drops when their holder dies (<c>flock(2)</c>; on Windows the share mode alone).</summary>
/// <remarks>.NET takes the same locks for a share mode, but not where <c>DOTNET_SYSTEM_IO_DISABLEFILELOCKING</c> is set, and it takes no
/// notice of a file system that refuses. Both are safe to do to one handle.</remarks>
internal static partial class FileLock
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int DoNotWait = 4;

    /// <summary>EWOULDBLOCK, of Linux and of macOS.</summary>
    private static readonly int[] Held = [11, 35];

    /// <summary>Opens a file, made if need be, that nobody else may have open until it is disposed of.</summary>
    /// <exception cref="FileLockException">The file system has no locks.</exception>
    /// <exception cref="IOException">Somebody else has it; or it cannot be opened.</exception>
    public static FileStream Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            Hold(file, isShared: false);
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Locks an open file until it is disposed of.</summary>
    /// <exception cref="FileLockException">The file system has no locks.</exception>
    /// <exception cref="IOException">Somebody else holds a lock on it.</exception>
    public static void Hold(FileStream file, bool isShared)
    {
        if (OperatingSystem.IsWindows() || Flock(file.SafeFileHandle, (isShared ? Shared : Exclusive) | DoNotWait) == 0)
        {
            return;
        }

        var error = Marshal.GetLastPInvokeError();
        var reason = new Win32Exception(error).Message;
        throw Held.Contains(error) ? new IOException($"{reason}: another process holds {file.Name}") : new FileLockException(reason);
    }

    /// <summary>Tries that a lock keeps a second handle out, by a file that is made at <paramref name="path"/> and deleted.</summary>
    /// <exception cref="FileLockException">It does not; or the file system has no locks.</exception>
    public static void Probe(string path)
    {
        try
        {
            using var first = Open(path);
            if (!IsHeld(path))
            {
                throw new FileLockException("two hold the same lock at once");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var second = Open(path);
            return false;
        }
        catch (IOException e) when (e is not FileLockException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
