using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class OffsetDatabaseFileTests : OffsetDatabaseTestBase
{
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
        var path = Path.Combine(DirectoryPath, "state", "offsets.db");

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
        var path = Path.Combine(DirectoryPath, "living.db");
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
        var target = Path.Combine(DirectoryPath, "real.db");
        File.WriteAllBytes(target, []);
        File.CreateSymbolicLink(DatabasePath, target);

        OffsetDatabase.WriteFile(DatabasePath, Backup, null, Offsets, BackupJobStatus.Running, Now);

        Assert.NotNull(new FileInfo(DatabasePath).LinkTarget);
        Assert.Equal(Offsets, OffsetDatabase.TryRead(target, Backup, out _));
    }
}
