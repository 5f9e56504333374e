using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>The files that a run keeps on its machine, under whatever name a backup has and whatever lies in their place.</summary>
public sealed class LocalStateTests : BrokerTest
{
    /// <summary>Ids that mean something to a connection string or HOCON, as they stand in the file and as they are meant.</summary>
    private static readonly (string Yaml, string Id)[] OddIds =
    [
        ("\"eu;prod\"", "eu;prod"),
        ("\"eu;Mode=Memory\"", "eu;Mode=Memory"),
        ("a=b", "a=b"),
        ("'it''s \"x\"'", "it's \"x\""),
        ("\" eu \"", " eu "),
        ("'50%20 #ü{}'", "50%20 #ü{}"),
    ];

    [Fact]
    public async Task Any_backup_id_that_the_configuration_takes_works_with_a_journal_of_its_own()
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);

        foreach (var (yaml, id) in OddIds)
        {
            backup.Config = backup.Config with { BackupId = yaml, OffsetsPath = null };

            (await backup.RunAsync()).AssertExit(0).AssertSays("Backed up 10 records");

            Assert.True(File.Exists(Path.Combine(backup.Local, $"{id}-journal.db")), $"No journal of '{id}'.");
            Assert.True(Directory.Exists(Path.Combine(backup.Store, id)), $"No objects of '{id}'.");
        }

        Assert.Equal(OddIds.Length, Directory.GetFiles(backup.Local, "*-journal.db").Length);
    }

    [SkippableFact]
    public async Task Where_SQLite_cannot_lock_files_the_run_ends_before_it_begins_and_says_where_they_belong()
    {
        Skip.IfNot(Strace.IsThere, Strace.Reason);
        var backup = NewBackup(await NewTopicAsync());
        var probe = Path.Combine(backup.Local, $"{backup.Id}-journal.db.probe");

        using var run = CliRun.StartUnder(Strace.Injecting("fcntl", "error=ENOLCK", probe), backup.Local, "backup", "-c", backup.WriteConfig());

        (await run.FinishAsync()).AssertExit(2).AssertSays("SQLite cannot lock files in").AssertSays("on a local disk");
        Assert.False(File.Exists(probe));
        Assert.False(Directory.Exists(Path.Combine(backup.Store, backup.Id)));
    }

    [Fact]
    public async Task An_offsets_database_may_have_any_name()
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);
        var folder = Path.Combine(backup.Local, "a;Mode=Memory");
        backup.Config = backup.Config with { OffsetsPath = $"'{folder}/it''s=;.db'" };

        (await backup.RunAsync()).AssertExit(0).AssertSays("Backed up 10 records");

        Assert.True(File.Exists(Path.Combine(folder, "it's=;.db")));
        Assert.True(File.Exists(Path.Combine(folder, "nightly-journal.db")));
    }

    [Fact]
    public async Task Long_backup_ids_that_differ_at_their_ends_only_keep_their_own_files()
    {
        using var backup = new TestBackup("127.0.0.1:1", "nightly", ["nothing"]);
        var begin = new string('é', 120);
        foreach (var id in (string[])[begin + "1", begin + "2"])
        {
            backup.Config = backup.Config with { BackupId = id, OffsetsPath = null };

            (await backup.RunAsync()).AssertExit(4); // As far as Kafka, which is not there.
        }

        Assert.Equal(2, Directory.GetFiles(backup.Local, "*-journal.db.lock").Length);
    }

    [Theory]
    [InlineData("offsets.db")]
    [InlineData("nightly-journal.db")]
    [InlineData("nightly-journal.db.lock")]
    public async Task A_directory_where_a_local_file_belongs_is_told_before_Kafka_is_asked(string name)
    {
        using var backup = new TestBackup("127.0.0.1:1", "nightly", ["nothing"]);
        var place = Directory.CreateDirectory(Path.Combine(backup.Local, name)).FullName;

        (await backup.RunAsync()).AssertExit(2).AssertOneFailure($"{place} is a directory");
        (await CliRun.RunAsync("config", "check", "-c", backup.ConfigPath)).AssertExit(2).AssertOneFailure($"{place} is a directory");
    }

    [Fact]
    public async Task A_database_path_that_ends_in_a_slash_names_a_directory()
    {
        using var backup = new TestBackup("127.0.0.1:1", "nightly", ["nothing"]);
        backup.Config = backup.Config with { OffsetsPath = backup.Local + "/" };

        (await backup.RunAsync()).AssertExit(2).AssertOneFailure($"{backup.Local} is a directory");
    }
}
