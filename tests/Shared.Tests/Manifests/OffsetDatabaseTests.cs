using KafkaBackup.Shared.Manifests;
using KafkaBackup.Shared.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KafkaBackup.Shared.Tests.Manifests;

public sealed class OffsetDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_539_789_694);

    private static readonly BackupId Backup = new("b1");

    private static readonly Dictionary<PartitionId, long> Offsets = new()
    {
        [new PartitionId("orders", 0)] = 154,
        [new PartitionId("orders", 1)] = 69,
        [new PartitionId("events", 12)] = 0,
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("offsets-");

    private string DatabasePath => Path.Combine(_directory.FullName, "offsets.db");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_offsets_of_an_OSO_backup_are_read()
    {
        var rows = OffsetDatabase.TryRead(Golden.FileOf("incremental", "offsets.db"), new BackupId("incremental"), out var problem);

        Assert.Null(problem);
        Assert.Equal(
            new Dictionary<PartitionId, long> { [new PartitionId("orders-inc", 0)] = 154, [new PartitionId("orders-inc", 1)] = 69 },
            rows);
    }

    [Fact]
    public void The_bytes_of_an_OSO_file_are_read()
    {
        var rows = OffsetDatabase.TryRead(Golden.Bytes("gap", "offsets.db"), new BackupId("gap"), out var problem);

        Assert.Null(problem);
        Assert.Equal(3, rows!.Count);
        Assert.Equal(99, rows[new PartitionId("metrics", 1)]);
    }

    [Fact]
    public void Reading_changes_nothing_in_the_directory()
    {
        var original = Golden.Bytes("incremental", "offsets.db");
        File.WriteAllBytes(DatabasePath, original);

        OffsetDatabase.TryRead(DatabasePath, Backup, out _);

        Assert.Equal(["offsets.db"], FileNames());
        Assert.Equal(original, File.ReadAllBytes(DatabasePath));
    }

    [Fact]
    public void What_was_created_is_read_back()
    {
        var image = OffsetDatabase.Create(Backup, "cluster", Offsets, BackupJobStatus.Completed, Now);

        Assert.Equal(Offsets, OffsetDatabase.TryRead(image, Backup, out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        Assert.Null(OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Equal(Offsets, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
        Assert.Equal(["offsets.db"], FileNames());
    }

    [Fact]
    public void Rows_of_another_backup_are_not_returned()
    {
        var image = OffsetDatabase.Create(Backup, null, Offsets, BackupJobStatus.Running, Now);

        Assert.Empty(OffsetDatabase.TryRead(image, new BackupId("b2"), out _)!);
    }

    [Fact]
    public void The_tables_and_indexes_are_those_of_OSO()
    {
        File.WriteAllBytes(DatabasePath, OffsetDatabase.Create(Backup, null, Offsets, BackupJobStatus.Running, Now));
        var golden = Path.Combine(_directory.FullName, "golden.db");
        File.Copy(Golden.FileOf("incremental", "offsets.db"), golden);

        const string schema =
            """
            SELECT m.type || ' ' || m.name || ' ' || coalesce(c.name, '') || ' ' || coalesce(c.type, '') || ' ' || coalesce(c."notnull", '')
                || ' ' || coalesce(c.dflt_value, '') || ' ' || coalesce(c.pk, '')
            FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) c ON m.type = 'table' ORDER BY 1
            """;
        Assert.Equal(Query(golden, schema), Query(DatabasePath, schema));
    }

    [Fact]
    public void A_created_database_is_sound_and_complete_in_one_file()
    {
        File.WriteAllBytes(DatabasePath, OffsetDatabase.Create(Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Equal(["ok"], Query(DatabasePath, "PRAGMA integrity_check"));
        Assert.Equal(["delete"], Query(DatabasePath, "PRAGMA journal_mode"));
        Assert.Equal(["3"], Query(DatabasePath, "SELECT count(*) FROM offsets"));
        Assert.Equal(["offsets.db"], FileNames());
    }

    [Theory]
    [InlineData(BackupJobStatus.Running, "running")]
    [InlineData(BackupJobStatus.Completed, "completed")]
    public void The_job_says_how_the_run_stands(BackupJobStatus status, string stored)
    {
        OffsetDatabase.WriteFile(DatabasePath, Backup, "cluster", Offsets, status, Now);

        Assert.Equal(
            [$"b1|cluster|{stored}|1795539789694|1795539789694"],
            Query(DatabasePath, "SELECT concat_ws('|', backup_id, source_cluster_id, status, created_at, last_heartbeat) FROM backup_jobs"));
    }

    [Fact]
    public void A_later_run_keeps_when_the_job_was_created()
    {
        OffsetDatabase.WriteFile(DatabasePath, Backup, "cluster", Offsets, BackupJobStatus.Running, Now);
        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Completed, Now.AddSeconds(1));

        Assert.Equal(
            ["cluster|completed|1795539789694|1795539790694"],
            Query(DatabasePath, "SELECT concat_ws('|', source_cluster_id, status, created_at, last_heartbeat) FROM backup_jobs"));
    }

    [Fact]
    public void Rows_of_other_backups_survive_a_write()
    {
        File.WriteAllBytes(DatabasePath, Golden.Bytes("incremental", "offsets.db"));

        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Completed, Now);

        Assert.Equal(154, OffsetDatabase.TryRead(DatabasePath, new BackupId("incremental"), out _)![new PartitionId("orders-inc", 0)]);
        Assert.Equal(["b1", "incremental"], Query(DatabasePath, "SELECT backup_id FROM backup_jobs ORDER BY 1"));
        Assert.Equal(Offsets, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
    }

    [Fact]
    public void Rows_of_this_backup_that_are_no_longer_true_go_away()
    {
        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now);
        var fewer = new Dictionary<PartitionId, long> { [new PartitionId("orders", 0)] = 100 };

        OffsetDatabase.WriteFile(DatabasePath, Backup, null, fewer, BackupJobStatus.Running, Now);

        Assert.Equal(fewer, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
    }

    [Fact]
    public void Tables_of_others_survive_a_write()
    {
        Query(DatabasePath, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7); PRAGMA user_version = 7");

        Assert.Null(OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Equal(["7"], Query(DatabasePath, "SELECT x FROM theirs"));
        Assert.Equal(["7"], Query(DatabasePath, "PRAGMA user_version"));
    }

    [Fact]
    public void A_missing_file_holds_no_rows()
    {
        Assert.Empty(OffsetDatabase.TryRead(DatabasePath, Backup, out var problem)!);
        Assert.Null(problem);
    }

    [Fact]
    public void A_zero_byte_file_holds_no_rows_and_is_replaced()
    {
        File.WriteAllBytes(DatabasePath, []);

        Assert.Empty(OffsetDatabase.TryRead(DatabasePath, Backup, out _)!);
        Assert.Null(OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));
        Assert.Equal(Offsets, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
    }

    [Fact]
    public void A_missing_directory_is_made()
    {
        var path = Path.Combine(_directory.FullName, "state", "offsets.db");

        OffsetDatabase.WriteFile(path, Backup, null, Offsets, BackupJobStatus.Running, Now);

        Assert.Equal(Offsets, OffsetDatabase.TryRead(path, Backup, out _));
    }

    [Fact]
    public void A_file_that_is_no_database_is_a_problem()
    {
        File.WriteAllText(DatabasePath, new string('x', 5000));

        Assert.Null(OffsetDatabase.TryRead(DatabasePath, Backup, out var problem));
        Assert.Contains(DatabasePath, problem, StringComparison.Ordinal);
        Assert.Contains("not a database", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_without_the_table_is_a_problem()
    {
        Query(DatabasePath, "CREATE TABLE theirs (x)");

        Assert.Null(OffsetDatabase.TryRead(DatabasePath, Backup, out var problem));
        Assert.Contains("no such table", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'orders', 0, 'many'")]
    [InlineData("'orders', 0, -2")]
    [InlineData("'orders', -1, 5")]
    [InlineData("x'00', 0, 5")]
    public void A_row_that_is_no_position_is_a_problem(string values)
    {
        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now);
        Query(DatabasePath, $"INSERT OR REPLACE INTO offsets (backup_id, topic, partition, last_offset) VALUES ('b1', {values})");

        Assert.Null(OffsetDatabase.TryRead(DatabasePath, Backup, out var problem));
        Assert.Contains("no position", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_or_overwritten_database_is_a_problem()
    {
        var image = Golden.Bytes("incremental", "offsets.db");
        var overwritten = image.ToArray();
        overwritten.AsSpan(4096, 4096).Fill(0x55);

        Assert.Null(OffsetDatabase.TryRead(image.AsSpan(0, image.Length / 2), new BackupId("incremental"), out var cut));
        Assert.Null(OffsetDatabase.TryRead(overwritten, new BackupId("incremental"), out var scrambled));
        Assert.NotNull(cut);
        Assert.NotNull(scrambled);
    }

    [Fact]
    public void A_database_that_contradicts_itself_is_a_problem()
    {
        var image = WithChangedTopic(Golden.Bytes("incremental", "offsets.db"));

        Assert.Null(OffsetDatabase.TryRead(image, new BackupId("incremental"), out var problem));
        Assert.Contains("is damaged", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreadable_file_is_set_aside_and_not_lost()
    {
        File.WriteAllText(DatabasePath, "precious, and no database");

        var problem = OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now);

        Assert.Contains(DatabasePath + ".unreadable", problem, StringComparison.Ordinal);
        Assert.Equal("precious, and no database", File.ReadAllText(DatabasePath + ".unreadable"));
        Assert.Equal(Offsets, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
    }

    [Fact]
    public void A_damaged_file_is_set_aside_and_not_carried_on()
    {
        var image = WithChangedTopic(Golden.Bytes("incremental", "offsets.db"));
        File.WriteAllBytes(DatabasePath, image);

        Assert.NotNull(OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Equal(["ok"], Query(DatabasePath, "PRAGMA integrity_check"));
        Assert.Equal(image, File.ReadAllBytes(DatabasePath + ".unreadable"));
    }

    [Fact]
    public void Rows_that_are_only_in_the_write_ahead_log_are_read_without_folding_it()
    {
        LeaveUnfoldedLog();
        var log = File.ReadAllBytes(DatabasePath + "-wal");

        var rows = OffsetDatabase.TryRead(DatabasePath, new BackupId("other"), out _);

        Assert.Equal(42, rows![new PartitionId("late", 3)]);
        Assert.Equal(log, File.ReadAllBytes(DatabasePath + "-wal"));
    }

    [Fact]
    public void Rows_that_are_only_in_the_write_ahead_log_survive_a_write_and_the_log_goes()
    {
        LeaveUnfoldedLog();

        Assert.Null(OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Equal(["offsets.db"], FileNames());
        Assert.Equal(42, OffsetDatabase.TryRead(DatabasePath, new BackupId("other"), out _)![new PartitionId("late", 3)]);
        Assert.Equal(Offsets, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
        Assert.Equal(["ok"], Query(DatabasePath, "PRAGMA integrity_check"));
    }

    [Fact]
    public void A_log_whose_file_is_gone_is_not_applied_to_its_successor()
    {
        LeaveUnfoldedLog();
        File.Delete(DatabasePath);

        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now);

        Assert.Equal(["offsets.db"], FileNames());
        Assert.Equal(["b1"], Query(DatabasePath, "SELECT DISTINCT backup_id FROM offsets"));
    }

    [Fact]
    public void What_a_crash_left_half_written_is_rolled_back()
    {
        var path = Path.Combine(_directory.FullName, "living.db");
        OffsetDatabase.WriteFile(path, Backup, null, Offsets, BackupJobStatus.Running, Now);
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var change = connection.CreateCommand();
            // Without synchronous the journal is valid from its first page on.
            change.CommandText = "PRAGMA synchronous = OFF; BEGIN; UPDATE offsets SET last_offset = 1000000";
            change.ExecuteNonQuery();
            File.Copy(path + "-journal", DatabasePath + "-journal");
            change.CommandText = "COMMIT";
            change.ExecuteNonQuery();
        }

        File.Copy(path, DatabasePath);

        Assert.Equal(Offsets, OffsetDatabase.TryRead(DatabasePath, Backup, out _));
    }

    [Fact]
    public void A_file_that_another_program_has_open_is_not_replaced()
    {
        LeaveUnfoldedLog();
        using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        other.Open();
        using var reading = other.BeginTransaction(deferred: true);
        using var query = other.CreateCommand();
        query.CommandText = "SELECT count(*) FROM offsets";
        query.ExecuteScalar();

        var failure = Assert.Throws<StorageException>(
            () => OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Contains("locked", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FileNames(), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal(42, OffsetDatabase.TryRead(DatabasePath, new BackupId("other"), out _)![new PartitionId("late", 3)]);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_a_storage_failure()
    {
        Directory.CreateDirectory(DatabasePath);

        var failure = Assert.Throws<StorageException>(
            () => OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now));

        Assert.Contains(DatabasePath, failure.Message, StringComparison.Ordinal);
        Assert.Equal(["offsets.db"], FileNames());
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        var target = Path.Combine(_directory.FullName, "real.db");
        File.WriteAllBytes(target, []);
        File.CreateSymbolicLink(DatabasePath, target);

        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now);

        Assert.NotNull(new FileInfo(DatabasePath).LinkTarget);
        Assert.Equal(Offsets, OffsetDatabase.TryRead(target, Backup, out _));
    }

    /// <summary>Readable still, but a row of the table is no longer the one that the index names.</summary>
    private static byte[] WithChangedTopic(byte[] image)
    {
        image[image.AsSpan().IndexOf("orders-inc"u8)] = (byte)'b';
        return image;
    }

    /// <summary>A database as a killed program leaves it: the newest row in the log only.</summary>
    private void LeaveUnfoldedLog()
    {
        var living = Path.Combine(_directory.FullName, "living");
        Directory.CreateDirectory(living);
        var path = Path.Combine(living, "offsets.db");
        File.WriteAllBytes(path, Golden.Bytes("incremental", "offsets.db"));
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO offsets (backup_id, topic, partition, last_offset) VALUES ('other', 'late', 3, 42)";
            insert.ExecuteNonQuery();
            File.Copy(path, DatabasePath);
            File.Copy(path + "-wal", DatabasePath + "-wal");
        }

        Directory.Delete(living, recursive: true);
        Assert.NotEqual(0, new FileInfo(DatabasePath + "-wal").Length);
    }

    private IEnumerable<string> FileNames() => _directory.EnumerateFileSystemInfos().Select(file => file.Name).Order(StringComparer.Ordinal);

    private static List<string> Query(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetValue(0).ToString()!);
        }

        return rows;
    }
}
