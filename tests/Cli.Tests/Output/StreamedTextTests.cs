using System.Text;
using KafkaBackup.Cli.Output;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Output;

/// <summary>What is printed of a backup that is read a topic at a time is what is printed of its whole manifest.</summary>
public sealed class StreamedTextTests
{
    [Fact]
    public async Task Descriptions_and_lists_are_those_of_the_manifest()
    {
        foreach (var sample in Golden.Samples)
        {
            var manifest = Golden.Manifest(sample);

            Assert.Equal(DescribeText.Render(manifest), await ReadAsync(sample, contents => DescribeText.RenderAsync(contents, CancellationToken.None)));
            Assert.Equal(ListText.Render(manifest), await ReadAsync(sample, contents => ListText.RenderAsync(contents, CancellationToken.None)));
            Assert.Equal(YamlText.Write(ManifestJson.ToElement(manifest)), await ReadAsync(sample, YamlAsync));
        }
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("""[{"name":"t","partitions":[]}]""", ""","x":[1],"y":null""")]
    public async Task Yaml_has_an_empty_list_and_fields_behind_it(string topics, string behind)
    {
        var folder = Directory.CreateTempSubdirectory("streamed-");
        var manifest = Encoding.UTF8.GetBytes($$"""{"backup_id":"b","created_at":1,"topics":{{topics}}{{behind}}}""");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "b"));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "b", "manifest.json"), manifest);

        var text = await new BackupReader(new FileSystemObjectStore(folder.FullName)).ReadAsync("b", topics: null, YamlAsync, CancellationToken.None);

        Assert.Equal(YamlText.Write(ManifestJson.ToElement(ManifestJson.Read(manifest, "m"))), text);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3_000_000)]
    public void Output_is_held_until_it_is_wanted_however_long_it_is(int lines)
    {
        using var held = new HeldOutput();
        using var target = new StringWriter();
        held.Write("first try"u8);
        held.Clear();
        for (var line = 0; line < lines; line++)
        {
            held.Write("größer\n"u8);
        }

        held.CopyTo(target);

        Assert.Equal(new StringBuilder().Insert(0, "größer\n", lines).ToString(), target.ToString());
    }

    private static Task<string> ReadAsync(string sample, Func<BackupStream, Task<string>> use) =>
        new BackupReader(new FileSystemObjectStore(Golden.StoreOf(sample))).ReadAsync(sample, topics: null, use, CancellationToken.None);

    private static async Task<string> YamlAsync(BackupStream contents)
    {
        using var target = new MemoryStream();
        await YamlText.WriteAsync(contents, target, CancellationToken.None);
        return Encoding.UTF8.GetString(target.ToArray());
    }
}
