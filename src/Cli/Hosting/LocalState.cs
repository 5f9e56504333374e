using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Microsoft.Data.Sqlite;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The files that a run keeps on this machine, and the lock that keeps a second process off them. All of them may be lost.</summary>
internal sealed class LocalState : IDisposable
{
    /// <summary>File systems take names of 255 bytes; the rest is for endings such as that of a journal's write-ahead log set aside.</summary>
    private const int MaxNameBytes = 200;

    private readonly FileStream _lock;
    private volatile bool _isJournalUseless;

    private LocalState(string offsetsPath, string journalPath, FileStream @lock)
    {
        OffsetsPath = offsetsPath;
        JournalPath = journalPath;
        _lock = @lock;
    }

    /// <summary>The local <c>offsets.db</c>.</summary>
    public string OffsetsPath { get; }

    /// <summary>The workers' journal, beside it.</summary>
    public string JournalPath { get; }

    /// <summary>Where the local <c>offsets.db</c> of a configuration lies.</summary>
    public static string OffsetsPathOf(BackupConfiguration configuration) => Path.GetFullPath(
        configuration.OffsetStorage?.DbPath ?? Path.Combine(Path.GetTempPath(), $"{FileNameOf(configuration.BackupId)}-offsets.db"));

    /// <summary>Looks whether local files can lie where the configuration wants them; writes nothing.</summary>
    /// <exception cref="BackupException">There is a directory in the place of one, as container engines make it for a missing file.</exception>
    public static void Check(BackupConfiguration configuration)
    {
        var offsets = OffsetsPathOf(configuration);
        if (Path.EndsInDirectorySeparator(offsets))
        {
            throw IsDirectory(Path.TrimEndingDirectorySeparator(offsets));
        }

        var journal = JournalPathOf(configuration);
        foreach (var path in new[] { offsets, journal, LockPathOf(journal) }.Where(Directory.Exists))
        {
            throw IsDirectory(path);
        }

        static BackupException IsDirectory(string path) => new(FailureKind.Configuration,
            $"{path} is a directory, where a file of this program belongs. Remove it, or set offset_storage.db_path to the path of a file elsewhere.");
    }

    /// <summary>Takes the local state for this process.</summary>
    /// <exception cref="BackupException">Another process has it, or it cannot be written.</exception>
    public static LocalState Take(BackupConfiguration configuration)
    {
        Check(configuration);
        var (offsets, journal) = (OffsetsPathOf(configuration), JournalPathOf(configuration));
        var directory = Path.GetDirectoryName(offsets)!;
        try
        {
            Directory.CreateDirectory(directory);
            var @lock = new FileStream(LockPathOf(journal), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            CheckLocks(journal);
            SetUnreadableJournalAside(journal);
            return new LocalState(offsets, journal, @lock);
        }
        catch (IOException) when (File.Exists(LockPathOf(journal)))
        {
            throw new BackupException(FailureKind.Fenced,
                $"Another process is working on backup '{configuration.BackupId}' with the local state in {directory}. Wait for it to end; nothing was changed.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Storage,
                $"Cannot keep local state in {directory}: {e.Message.TrimEnd('.')}. Set offset_storage.db_path to a place that can be written.", e);
        }
    }

    /// <summary>The journal was of no use in this run: when the program ends it goes out of the next one's way. Called from any thread.</summary>
    public void SetJournalAside() => _isJournalUseless = true;

    /// <inheritdoc />
    public void Dispose()
    {
        if (_isJournalUseless)
        {
            PutAside(JournalPath);
        }

        _lock.Dispose();
    }

    private static string JournalPathOf(BackupConfiguration configuration) =>
        Path.Combine(Path.GetDirectoryName(OffsetsPathOf(configuration))!, $"{FileNameOf(configuration.BackupId)}-journal.db");

    private static string LockPathOf(string journal) => journal + ".lock";

    /// <summary>The id as the beginning of a file's name: itself, or when that is too long its beginning and a hash of all of it.</summary>
    private static string FileNameOf(BackupId backup)
    {
        var bytes = Encoding.UTF8.GetBytes(backup.Value);
        return bytes.Length <= MaxNameBytes
            ? backup.Value
            : $"{string.Concat(backup.Value.EnumerateRunes().Take(MaxNameBytes / 8))}-{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }

    /// <summary>On a network file system without the locks of POSIX each step of SQLite's would wait in vain, half a minute at a time. The journal itself
    /// does not tell: another program may have it open.</summary>
    private static void CheckLocks(string journal)
    {
        const int busy = 5, readLock = 2314, unlock = 2058, @lock = 3850; // https://sqlite.org/rescode.html
        var probe = journal + ".probe";
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = probe, Pooling = false, DefaultTimeout = 1 }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "BEGIN EXCLUSIVE; ROLLBACK";
            command.ExecuteNonQuery();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == busy || e.SqliteExtendedErrorCode is readLock or unlock or @lock)
        {
            throw new BackupException(
                FailureKind.Configuration,
                $"SQLite cannot lock files in {Path.GetDirectoryName(journal)}, as on a network file system without locks. Set offset_storage.db_path to a place on a local disk.", e);
        }
        catch (SqliteException)
        {
            // As on a full disk: whoever uses the journal meets it, says so, and goes on without it.
        }
        finally
        {
            File.Delete(probe);
        }
    }

    /// <summary>The journal is a cache: one that SQLite cannot open is put aside, and workers begin another.</summary>
    private static void SetUnreadableJournalAside(string journal)
    {
        if (!File.Exists(journal))
        {
            return;
        }

        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = journal, Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            if (command.ExecuteScalar() as string == "ok")
            {
                return;
            }
        }
        catch (SqliteException)
        {
            // Not a database, or a damaged one.
        }

        PutAside(journal);
    }

    private static void PutAside(string journal)
    {
        try
        {
            foreach (var suffix in new[] { "-wal", "-shm", "" }.Where(suffix => File.Exists(journal + suffix)))
            {
                File.Copy(journal + suffix, journal + suffix + ".unreadable", overwrite: true);
                File.Delete(journal + suffix);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As on a full disk. Whoever reads it next meets it where it is, says so, and goes on without it.
        }
    }
}
