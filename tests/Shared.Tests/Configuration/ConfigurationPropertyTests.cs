using CsCheck;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>Whatever a file holds, loading it ends with a configuration or with problems.</summary>
public sealed class ConfigurationPropertyTests
{
    private static readonly string[] Fragments =
    [
        "\n", "\n  ", "\n    ", "\r\n", "\t", "- ", ": ", "? ", ", ", "[", "]", "{", "}", "|\n", ">-\n", "'", "\"", "\\", "#", "<<: ", "=", "@", "`",
        "&a ", "*a ", "!specific ", "!", "!!str ", "!<", ">", "%TAG ", "%YAML 1.2", "---\n", "...\n",
        "~", "null", "true", "0", "-1", "9223372036854775808", "1_0", "${A}", "${", "${B:-x}", "$",
        "mode: ", "backup", "backup_id: ", "source:\n  bootstrap_servers: ", "storage:\n  backend: filesystem\n  path: ",
        "start_offset: ", "max_memory_bytes: ", "offset_storage: ",
        "\0", "\u0085", "\u2028", "\uFEFF", "\uD800", "é",
    ];

    [Fact]
    public void Arbitrary_text_gives_a_configuration_or_its_problems() =>
        Gen.String.Sample(OnlyFailsAsConfiguration, iter: 2_000);

    [Fact]
    public void Pieces_of_yaml_in_any_order_give_a_configuration_or_its_problems() =>
        Gen.OneOf(Fragments).Array[0, 25].Select(string.Concat).Sample(OnlyFailsAsConfiguration, iter: 5_000);

    [Fact]
    public void A_good_file_with_a_piece_put_in_gives_a_configuration_or_its_problems() =>
        Gen.Select(Gen.Int[0, Yaml.Minimal.Length], Gen.OneOf(Fragments), (at, piece) => Yaml.Minimal.Insert(at, piece))
            .Sample(OnlyFailsAsConfiguration, iter: 2_000);

    [Fact]
    public void What_a_variable_holds_comes_out_as_it_is() =>
        Gen.String.Where(text => text.Length > 0).Sample(
            text => Yaml.Parse(Yaml.With("backup.source_cluster_id", "${A}"), ("A", text)).Backup.SourceClusterId == text);

    private static void OnlyFailsAsConfiguration(string yaml)
    {
        try
        {
            _ = Yaml.Parse(yaml, ("A", "1"));
        }
        catch (ConfigurationException e)
        {
            Assert.NotEmpty(e.Problems);
            Assert.All(e.Problems, p => Assert.DoesNotContain('\n', p.ToString()));
        }
    }
}
