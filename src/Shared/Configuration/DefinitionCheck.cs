using System.Text;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Checks a configuration that is to be kept by a cluster: as a file would be, and that no secret stands in it.</summary>
public static class DefinitionCheck
{
    private const string Name = "definition";

    /// <summary>How keys end whose values are secrets: what stands in a catalogue or a message must not be one.</summary>
    private static readonly string[] Secrets = ["_password", "client_secret", "secret_key", "secret_access_key"];

    /// <summary>Reads a definition as the node would that receives it.</summary>
    /// <param name="yaml">The definition.</param>
    /// <param name="environment">The node's variables. One that it lacks is no fault of the definition: others may have it.</param>
    /// <returns>The definition, with the texts of missing variables in place of their values; and a note on each of those.</returns>
    /// <exception cref="ConfigurationException">It is wrong, or has a secret in it.</exception>
    public static (BackupConfiguration Configuration, IReadOnlyList<string> Notes) Read(string yaml, Func<string, string?> environment)
    {
        if (Encoding.UTF8.GetByteCount(yaml) is var size and > CatalogueProtocol.MaxDefinitionBytes)
        {
            throw new ConfigurationException(Name, [new ConfigurationProblem(
                "", null, null, $"the file has {size:N0} bytes, and a cluster takes at most {CatalogueProtocol.MaxDefinitionBytes:N0}; name topics by patterns")]);
        }

        var missing = new SortedSet<string>(StringComparer.Ordinal);
        BackupConfiguration configuration;
        try
        {
            configuration = ConfigurationLoader.Parse(yaml, Name, variable => environment(variable) ?? Missing(variable));
        }
        catch (ConfigurationException e) when (missing.Count > 0)
        {
            // A number or a word cannot be made up: then the variables must be there, and the reader says so of each.
            _ = ConfigurationLoader.Parse(yaml, Name, environment);
            throw new InvalidOperationException("A definition can be read without the variables with which it cannot.", e);
        }

        if (FindSecrets(YamlTreeParser.Parse(yaml)!, "").ToList() is { Count: > 0 } literal)
        {
            throw new ConfigurationException(Name, literal);
        }

        return (configuration, [.. missing.Select(Note), .. ElsewhereOffsets(configuration), .. ElsewhereMetrics(configuration)]);

        static string Note(string variable) => $"The variable {variable} is not set on the node that took the definition. Each node that is to work on it needs it.";

        string Missing(string variable)
        {
            missing.Add(variable);
            return variable;
        }
    }

    private static IEnumerable<string> ElsewhereMetrics(BackupConfiguration configuration) => configuration.Metrics is null
        ? []
        : ["The section metrics has no effect in a cluster: each node serves what it measures at /metrics of its own HTTP port."];

    private static IEnumerable<string> ElsewhereOffsets(BackupConfiguration configuration) => configuration.OffsetStorage?.DbPath is null
        ? []
        : ["offset_storage.db_path names a file of one machine. A node keeps its copy of offsets.db in its data directory; the one beside the manifest is for all."];

    private static IEnumerable<ConfigurationProblem> FindSecrets(YamlNode node, string path) => node switch
    {
        YamlMap map => map.Entries.SelectMany(entry => FindSecrets((entry.Key as YamlScalar)?.Text ?? "", entry.Value, path)),
        YamlList list => list.Items.SelectMany((item, index) => FindSecrets(item, $"{path}[{index}]")),
        _ => [],
    };

    private static IEnumerable<ConfigurationProblem> FindSecrets(string key, YamlNode value, string path) => IsLiteralSecret(key, value)
        ? [new ConfigurationProblem(Join(path, key), value.Line, value.Column,
            "is written out, and a cluster keeps definitions where others can read them; write ${NAME}, and give each node the variable NAME")]
        : FindSecrets(value, Join(path, key));

    private static bool IsLiteralSecret(string key, YamlNode value) =>
        Secrets.Any(ending => key.EndsWith(ending, StringComparison.Ordinal)) && value is YamlScalar { IsNull: false } scalar && !IsVariable(scalar.Text);

    private static bool IsVariable(string text) =>
        text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1 && !text.Contains(":-", StringComparison.Ordinal);

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
