using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KafkaBackup.Shared.Oso;

/// <summary>SQLite databases as byte arrays: opened and made in memory, so that no directory has to be writable.</summary>
internal static class SqliteImage
{
    private const int WriteVersionAt = 18;
    private const int ReadVersionAt = 19;
    private const byte RollbackJournal = 1;
    private const byte WriteAheadLog = 2;

    /// <summary>Opens a database that is empty (no <paramref name="image"/>) or holds a copy of what the image does.</summary>
    /// <exception cref="SqliteException">The image cannot be opened. Damage further inside shows at the first query.</exception>
    public static SqliteConnection Open(ReadOnlySpan<byte> image)
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        try
        {
            connection.Open();
            if (!image.IsEmpty)
            {
                Load(connection, image);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The whole database of <paramref name="connection"/> as the bytes of a file.</summary>
    public static byte[] Save(SqliteConnection connection)
    {
        var copy = raw.sqlite3_serialize(connection.Handle, "main", out var size, 0);
        if (copy == IntPtr.Zero)
        {
            throw new InvalidOperationException("SQLite could not serialize a database of its own.");
        }

        try
        {
            var image = new byte[size];
            Marshal.Copy(copy, image, 0, image.Length);
            return image;
        }
        finally
        {
            raw.sqlite3_free(copy);
        }
    }

    private static void Load(SqliteConnection connection, ReadOnlySpan<byte> image)
    {
        var copy = raw.sqlite3_malloc64(image.Length);
        if (copy == IntPtr.Zero)
        {
            throw new SqliteException("There is no memory for a copy of the database.", raw.SQLITE_NOMEM);
        }

        unsafe
        {
            var bytes = new Span<byte>((void*)copy, image.Length);
            image.CopyTo(bytes);
            // A database in memory cannot be in WAL mode. The log is folded in already, so the two format bytes are all that is left of it.
            if (bytes.Length > ReadVersionAt && bytes[ReadVersionAt] == WriteAheadLog)
            {
                bytes[WriteVersionAt] = RollbackJournal;
                bytes[ReadVersionAt] = RollbackJournal;
            }
        }

        const int flags = raw.SQLITE_DESERIALIZE_FREEONCLOSE | raw.SQLITE_DESERIALIZE_RESIZEABLE;
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_deserialize(connection.Handle, "main", copy, image.Length, image.Length, flags),
            connection.Handle);
    }
}
