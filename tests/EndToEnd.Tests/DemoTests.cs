using KafkaBackup.EndToEnd.Tests.Support;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class DemoTests : IDisposable
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("kafka-backup-demo-");

    private string Dir => Path.Combine(_scratch.FullName, "demo");

    [Fact]
    public async Task The_demo_backs_up_a_shop_twice_and_a_second_call_goes_on()
    {
        var first = (await CliRun.RunAsync("demo", "--dir", Dir)).AssertExit(0);
        first.AssertSays("[INFO] No saved offsets found, starting from earliest");
        first.AssertSays("[INFO] Backed up 4,200 records across 3 topics");
        first.AssertSays("[INFO] orders:0 — starting at offset 750 (saved: 749)");
        first.AssertSays("[INFO] Backed up 840 new records across 3 topics");
        Assert.Contains("orders:0       750-899", first.Output, StringComparison.Ordinal);

        var second = (await CliRun.RunAsync("demo", "--dir", Dir)).AssertExit(0);
        second.AssertSays("[INFO] orders:0 — starting at offset 900 (saved: 899)");
        second.AssertSays("[INFO] Backed up 840 new records across 3 topics");
        second.AssertSaysNothingOf("[WARN]");
    }

    [Fact]
    public async Task What_the_demo_leaves_can_be_looked_at_as_it_says()
    {
        await CliRun.RunAsync("demo", "--dir", Dir);

        var list = (await CliRun.RunAsync("list", "--path", Path.Combine(Dir, "backups"))).AssertExit(0);
        var describe = (await CliRun.RunAsync("describe", "--path", Path.Combine(Dir, "backups"), "--backup-id", "shop")).AssertExit(0);

        Assert.Contains("shop", list.Output, StringComparison.Ordinal);
        Assert.Contains("5,040", describe.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_with_other_things_in_it_is_left_alone()
    {
        Directory.CreateDirectory(Dir);
        await File.WriteAllTextAsync(Path.Combine(Dir, "mine.txt"), "mine");

        var refused = await CliRun.RunAsync("demo", "--dir", Dir);

        refused.AssertExit(2).AssertOneFailure("is not empty and holds no demo");
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(Dir).Select(Path.GetFileName));
    }

    public void Dispose() => _scratch.Delete(recursive: true);
}
