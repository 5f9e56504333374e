using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class OffsetDatabaseTests : OffsetDatabaseTestBase
{
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
        var golden = Path.Combine(DirectoryPath, "golden.db");
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
}
