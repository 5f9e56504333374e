using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>A directory of its own for each test, and what the tests of <see cref="OffsetDatabase"/> share.</summary>
public abstract class OffsetDatabaseTestBase : IDisposable
{
    protected static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_539_789_694);

    protected static readonly BackupId Backup = new("b1");

    protected static readonly IReadOnlyDictionary<PartitionId, long> Offsets = new Dictionary<PartitionId, long>
    {
        [new PartitionId("orders", 0)] = 154,
        [new PartitionId("orders", 1)] = 69,
        [new PartitionId("events", 12)] = 0,
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("offsets-");

    protected string DirectoryPath => _directory.FullName;

    protected string DatabasePath => Path.Combine(DirectoryPath, "offsets.db");

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Readable still, but a row of the table is no longer the one that the index names.</summary>
    protected static byte[] WithChangedTopic(byte[] image)
    {
        image[image.AsSpan().IndexOf("orders-inc"u8)] = (byte)'b';
        return image;
    }

    /// <summary>A database as a killed program leaves it: the newest row in the log only.</summary>
    protected void LeaveUnfoldedLog()
    {
        var living = Path.Combine(DirectoryPath, "living");
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

    protected IEnumerable<string> FileNames() => _directory.EnumerateFileSystemInfos().Select(file => file.Name).Order(StringComparer.Ordinal);

    protected static IReadOnlyList<string> Query(string path, string sql)
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
