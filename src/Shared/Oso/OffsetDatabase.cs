using System.Diagnostics.CodeAnalysis;
using KafkaBackup.Shared.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KafkaBackup.Shared.Oso;

/// <summary>OSO's <c>offsets.db</c>: a SQLite file with the last backed-up offset of each partition of one or more backups.</summary>
/// <remarks>For this program it is a view of the ledger. It is therefore replaced as a whole, and a damaged one is no reason to stop.</remarks>
public static class OffsetDatabase
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS offsets (
            backup_id TEXT NOT NULL,
            topic TEXT NOT NULL,
            partition INTEGER NOT NULL,
            last_offset INTEGER NOT NULL,
            checkpoint_ts INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000),
            PRIMARY KEY (backup_id, topic, partition)
        );
        CREATE TABLE IF NOT EXISTS backup_jobs (
            backup_id TEXT PRIMARY KEY,
            source_cluster_id TEXT,
            status TEXT NOT NULL DEFAULT 'running',
            created_at INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000),
            last_heartbeat INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000),
            last_checkpoint INTEGER
        );
        CREATE INDEX IF NOT EXISTS idx_offsets_backup ON offsets(backup_id);
        CREATE INDEX IF NOT EXISTS idx_jobs_status ON backup_jobs(status);
        """;

    /// <summary>Makes a complete database of one backup for upload: one file, no journal beside it.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="sourceClusterId">The Kafka cluster that was read, if known.</param>
    /// <param name="lastOffsets">For each partition the last offset that is backed up: its position less one.</param>
    /// <param name="status">Whether the run has ended.</param>
    /// <param name="now">The time to note as that of the checkpoint.</param>
    public static byte[] Create(
        BackupId backup, string? sourceClusterId, IReadOnlyDictionary<PartitionId, long> lastOffsets, BackupJobStatus status, DateTimeOffset now) =>
        Update([], backup, sourceClusterId, lastOffsets, status, now);

    /// <summary>Puts the rows of one backup into the local file. What else the file holds stays: other backups, other tables.</summary>
    /// <remarks>The file is replaced by a rename, so a crash leaves the old one or the new one. A file that cannot be read is renamed to
    /// <c>….unreadable</c> first. Two programs that write at the same moment may undo each other's rows; for the ledger that is nothing.</remarks>
    /// <returns>Null, or a sentence about an unreadable file that was set aside.</returns>
    /// <exception cref="StorageException">The file or its directory cannot be written, or another program has the file open.</exception>
    public static string? WriteFile(
        string path,
        BackupId backup,
        string? sourceClusterId,
        IReadOnlyDictionary<PartitionId, long> lastOffsets,
        BackupJobStatus status,
        DateTimeOffset now)
    {
        try
        {
            // The rename would replace a link, not the file that it leads to.
            var file = new FileInfo(path) is { LinkTarget: not null } link
                ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
                : Path.GetFullPath(path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            string? problem = null;
            byte[] image;
            try
            {
                image = Update(SqliteFile.ReadForReplacement(file), backup, sourceClusterId, lastOffsets, status, now);
            }
            catch (SqliteException e) when (IsAboutContent(e))
            {
                var aside = file + ".unreadable";
                SqliteFile.SetAside(file, aside);
                problem = $"The offsets database '{path}' cannot be read: {e.Message} It was kept as '{aside}', and a new one was written.";
                image = Update([], backup, sourceClusterId, lastOffsets, status, now);
            }

            SqliteFile.Replace(file, image);
            return problem;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StorageException(path, $"The offsets database '{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Reads the last offsets of one backup from the local file without changing anything on disk.</summary>
    /// <param name="path">The file. One that is not there or has no bytes holds no rows.</param>
    /// <param name="backup">The backup whose rows are wanted.</param>
    /// <param name="problem">When null is returned: in one sentence, why the file cannot be used.</param>
    public static IReadOnlyDictionary<PartitionId, long>? TryRead(string path, BackupId backup, out string? problem)
    {
        byte[]? image;
        try
        {
            image = SqliteFile.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            problem = $"The offsets database '{path}' cannot be read: {e.Message}";
            return null;
        }

        return TryRead(image, $"The offsets database '{path}'", backup, out problem);
    }

    /// <summary>Reads the last offsets of one backup from the bytes of a database, such as the one in the store.</summary>
    /// <param name="image">The whole file. No bytes hold no rows.</param>
    /// <param name="backup">The backup whose rows are wanted.</param>
    /// <param name="problem">When null is returned: in one sentence, why it cannot be used.</param>
    public static IReadOnlyDictionary<PartitionId, long>? TryRead(ReadOnlySpan<byte> image, BackupId backup, out string? problem) =>
        TryRead(image, $"The offsets database '{BackupKeys.Offsets(backup)}'", backup, out problem);

    private static Dictionary<PartitionId, long>? TryRead(ReadOnlySpan<byte> image, string subject, BackupId backup, out string? problem)
    {
        problem = null;
        if (image.IsEmpty)
        {
            return [];
        }

        try
        {
            using var connection = SqliteImage.Open(image);
            if (Damage(connection) is { } damage)
            {
                problem = $"{subject} is damaged: {damage}.";
                return null;
            }

            var rows = Rows(connection, backup);
            problem = rows is null ? $"{subject} holds a row of '{backup}' that is no position." : null;
            return rows;
        }
        catch (SqliteException e)
        {
            problem = $"{subject} cannot be read: {e.Message}";
            return null;
        }
    }

    /// <summary>Whether the file holds something else than it should; otherwise it cannot be opened or written just now.</summary>
    private static bool IsAboutContent(SqliteException e) => e.SqliteErrorCode
        is raw.SQLITE_ERROR or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH;

    private static string? Damage(SqliteConnection connection)
    {
        using var check = Command(connection, "PRAGMA integrity_check(1)");
        return check.ExecuteScalar() as string is var answer and not "ok" ? answer ?? "SQLite's check gave no answer" : null;
    }

    private static Dictionary<PartitionId, long>? Rows(SqliteConnection connection, BackupId backup)
    {
        var rows = new Dictionary<PartitionId, long>();
        const string query = "SELECT topic, partition, last_offset FROM offsets WHERE backup_id = $backup";
        using var select = Command(connection, query, ("$backup", backup.Value));
        using var reader = select.ExecuteReader();
        while (reader.Read())
        {
            // SQLite's columns take values of any type; a text in last_offset would read as 0.
            if (reader.GetValue(0) is not string topic
                || reader.GetValue(1) is not (long and >= 0 and <= int.MaxValue and var partition)
                || reader.GetValue(2) is not (long and >= -1 and var last))
            {
                return null;
            }

            rows[new PartitionId(topic, (int)partition)] = last;
        }

        return rows;
    }

    private static byte[] Update(
        ReadOnlySpan<byte> image,
        BackupId backup,
        string? sourceClusterId,
        IReadOnlyDictionary<PartitionId, long> lastOffsets,
        BackupJobStatus status,
        DateTimeOffset now)
    {
        using var connection = SqliteImage.Open(image);
        if (Damage(connection) is { } damage)
        {
            throw new SqliteException($"It is damaged: {damage}.", raw.SQLITE_CORRUPT);
        }

        Execute(connection, Schema);
        using (var transaction = connection.BeginTransaction())
        {
            Execute(connection, "DELETE FROM offsets WHERE backup_id = $backup", ("$backup", backup.Value));
            WriteRows(connection, backup, lastOffsets, now);
            WriteJob(connection, backup, sourceClusterId, status, now);
            transaction.Commit();
        }

        return SqliteImage.Save(connection);
    }

    private static void WriteRows(
        SqliteConnection connection, BackupId backup, IReadOnlyDictionary<PartitionId, long> lastOffsets, DateTimeOffset now)
    {
        const string insert =
            "INSERT INTO offsets (backup_id, topic, partition, last_offset, checkpoint_ts) VALUES ($backup, $topic, $partition, $last, $now)";
        using var command = Command(connection, insert, ("$backup", backup.Value), ("$now", now.ToUnixTimeMilliseconds()));
        var topic = command.Parameters.Add("$topic", SqliteType.Text);
        var partition = command.Parameters.Add("$partition", SqliteType.Integer);
        var last = command.Parameters.Add("$last", SqliteType.Integer);
        foreach (var (id, offset) in lastOffsets.OrderBy(row => row.Key))
        {
            (topic.Value, partition.Value, last.Value) = (id.Topic, id.Number, offset);
            command.ExecuteNonQuery();
        }
    }

    private static void WriteJob(
        SqliteConnection connection, BackupId backup, string? sourceClusterId, BackupJobStatus status, DateTimeOffset now) => Execute(
        connection,
        """
        INSERT INTO backup_jobs (backup_id, source_cluster_id, status, created_at, last_heartbeat) VALUES ($backup, $cluster, $status, $now, $now)
        ON CONFLICT (backup_id) DO UPDATE SET
            source_cluster_id = coalesce(excluded.source_cluster_id, source_cluster_id),
            status = excluded.status,
            last_heartbeat = excluded.last_heartbeat
        """,
        ("$backup", backup.Value),
        ("$cluster", sourceClusterId),
        ("$status", status == BackupJobStatus.Completed ? "completed" : "running"),
        ("$now", now.ToUnixTimeMilliseconds()));

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Every text passed here is a constant; values travel as parameters.")]
    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
