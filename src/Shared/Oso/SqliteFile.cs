using KafkaBackup.Shared.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KafkaBackup.Shared.Oso;

/// <summary>A SQLite file together with the journals that may stand beside it.</summary>
/// <remarks>A journal belongs to its file: one without the other is old data, or damage. SQLite applies a <c>-wal</c> that it finds
/// beside a file even when the file has been replaced meanwhile.</remarks>
internal static class SqliteFile
{
    private const string SharedMemory = "-shm";

    private static readonly string[] Journals = ["-wal", "-journal"];

    /// <summary>The bytes of the database with its journals applied, or null when there is none; neither file nor directory is touched.</summary>
    public static byte[]? Read(string path)
    {
        if (!HasContent(path))
        {
            return null;
        }

        if (!Journals.Any(journal => HasContent(path + journal)))
        {
            return File.ReadAllBytes(path);
        }

        var scratch = Directory.CreateTempSubdirectory("kafka-backup-");
        try
        {
            var copy = Path.Combine(scratch.FullName, "copy.db");
            foreach (var suffix in Journals.Append("").Where(suffix => HasContent(path + suffix)))
            {
                // Not File.Copy: it would keep the mode of a read-only file, and folding writes.
                File.WriteAllBytes(copy + suffix, File.ReadAllBytes(path + suffix));
            }

            Fold(copy);
            return File.ReadAllBytes(copy);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Like <see cref="Read"/>, but afterwards the file has no journals any more and may be replaced.</summary>
    /// <exception cref="SqliteException">The file is damaged, or another program has it open.</exception>
    public static byte[]? ReadForReplacement(string path)
    {
        if (!HasContent(path))
        {
            DeleteSideFiles(path);
            return null;
        }

        if (Journals.Append(SharedMemory).Any(suffix => File.Exists(path + suffix)))
        {
            Fold(path);
            DeleteSideFiles(path);
        }

        return File.ReadAllBytes(path);
    }

    /// <summary>Renames a damaged file and its journals, so that nothing of it is lost and nothing of it stands beside its successor.</summary>
    public static void SetAside(string path, string aside)
    {
        DeleteSideFiles(aside);
        AtomicFile.Replace(path, aside);
        foreach (var journal in Journals.Where(journal => File.Exists(path + journal)))
        {
            AtomicFile.Replace(path + journal, aside + journal);
        }

        DeleteSideFiles(path);
    }

    /// <summary>Writes <paramref name="image"/> in the place of the file at <paramref name="path"/>, whole or not at all.</summary>
    public static void Replace(string path, byte[] image)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows() && File.Exists(path))
            {
                options.UnixCreateMode = File.GetUnixFileMode(path);
            }

            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(image);
                stream.Flush(flushToDisk: true);
            }

            AtomicFile.Replace(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Fold(string path)
    {
        // One second to wait for a lock: whoever has the file open for longer is a running program.
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 };
        using var connection = new SqliteConnection(settings.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        // Reading rolls back what a crash left half done.
        command.CommandText = "SELECT count(*) FROM sqlite_master";
        command.ExecuteScalar();
        // Leaving WAL mode writes the log back. It needs the file alone, and answers with the old mode when it does not get it.
        command.CommandText = "PRAGMA journal_mode = DELETE";
        if (command.ExecuteScalar() is not "delete")
        {
            throw new SqliteException("The database is locked: another program has it open.", raw.SQLITE_BUSY);
        }
    }

    private static bool HasContent(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    private static void DeleteSideFiles(string path)
    {
        foreach (var suffix in Journals.Append(SharedMemory))
        {
            File.Delete(path + suffix);
        }
    }
}
