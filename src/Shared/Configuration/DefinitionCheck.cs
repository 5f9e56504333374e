using System.Text;
using System.Text.RegularExpressions;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;
using YamlDotNet.Core;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Checks a configuration that is to be kept by a cluster: as a file would be, and that no secret stands in it.</summary>
public static class DefinitionCheck
{
    private const string Name = "definition";

    /// <summary>A variable without a default.</summary>
    private static readonly Regex Variable = new(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>For so many variables a value is made up that their keys take; each costs a few readings of the file.</summary>
    private const int MostGuesses = 16;

    /// <summary>How keys end whose values are secrets: what stands in a catalogue or a message must not be one.</summary>
    private static readonly string[] Secrets = ["_password", "client_secret", "secret_key", "secret_access_key", "account_key", "sas_token"];

    /// <summary>Reads a definition as the node would that receives it.</summary>
    /// <param name="yaml">The definition.</param>
    /// <param name="environment">The node's variables. One that it lacks is no fault of the definition: others may have it.</param>
    /// <returns>The definition, with the texts of missing variables in place of their values; and a note on each of those.</returns>
    /// <exception cref="ConfigurationException">It is wrong, or has a secret in it.</exception>
    public static (BackupConfiguration Configuration, IReadOnlyList<string> Notes) Read(string yaml, Func<string, string?> environment)
    {
        RefuseLarge(yaml);
        var tree = ReadTree(yaml);
        var missing = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in VariablesIn(tree).Where(name => environment(name) is null))
        {
            missing[name] = name;
        }

        if (((string[][])[["backup_id"], ["backup", "continuous"]]).SelectMany(path => VariablesAt(tree, path)).Any(missing.ContainsKey))
        {
            _ = ConfigurationLoader.Parse(yaml, Name, environment); // What the backup is called and whether it ends, no other node may say.
        }

        foreach (var name in missing.Keys.Take(MostGuesses).ToList())
        {
            missing[name] = Texts(name).MinBy(text => CountProblems(yaml, variable => variable == name ? text : ValueOf(variable)))!;
        }

        BackupConfiguration configuration;
        try
        {
            configuration = ConfigurationLoader.Parse(yaml, Name, ValueOf);
        }
        catch (ConfigurationException) when (missing.Count > 0 && CountProblems(yaml, environment) > 0)
        {
            // Not every value can be made up: then the variables must be there, and the reader says so of each.
            configuration = ConfigurationLoader.Parse(yaml, Name, environment);
        }

        RefuseSecrets(tree);
        return (configuration, [.. missing.Keys.Select(Note), .. ElsewhereOffsets(configuration), .. ElsewhereMetrics(configuration)]);

        static string Note(string variable) => $"The variable {variable} is not set on the node that took the definition. Each node that is to work on it needs it.";

        string? ValueOf(string variable) => environment(variable) ?? missing.GetValueOrDefault(variable);
    }

    /// <summary>Reads the definition of a restore. Variables that this node lacks are a fault.</summary>
    /// <param name="yaml">The definition.</param>
    /// <param name="environment">The node's variables.</param>
    /// <exception cref="ConfigurationException">It is wrong, or has a secret in it.</exception>
    public static RestoreConfiguration ReadRestore(string yaml, Func<string, string?> environment)
    {
        RefuseLarge(yaml);
        var configuration = ConfigurationLoader.ParseRestore(yaml, Name, environment);
        RefuseSecrets(ReadTree(yaml));
        return configuration;
    }

    /// <summary>Reads the definition of an operation. Variables that this node lacks are a fault.</summary>
    /// <param name="yaml">The definition.</param>
    /// <param name="environment">The node's variables.</param>
    /// <exception cref="ConfigurationException">It is wrong, or has a secret in it.</exception>
    public static OperationConfiguration ReadOperation(string yaml, Func<string, string?> environment)
    {
        RefuseLarge(yaml, OperationProtocol.MaxDefinitionBytes);
        var configuration = ConfigurationLoader.ParseOperation(yaml, Name, environment);
        RefuseSecrets(ReadTree(yaml));
        return configuration;
    }

    private static void RefuseLarge(string yaml, int most = CatalogueProtocol.MaxDefinitionBytes)
    {
        if (Encoding.UTF8.GetByteCount(yaml) is var size && size > most)
        {
            throw new ConfigurationException(Name, [new ConfigurationProblem(
                "", null, null, $"the file has {size:N0} bytes, and a cluster takes at most {most:N0}; name topics by patterns")]);
        }
    }

    private static void RefuseSecrets(YamlNode tree)
    {
        if (FindSecrets(tree, "").ToList() is { Count: > 0 } literal)
        {
            throw new ConfigurationException(Name, literal);
        }
    }

    /// <summary>Variables that stand where no default does.</summary>
    private static IEnumerable<string> VariablesIn(YamlNode node) => node switch
    {
        YamlMap map => map.Entries.SelectMany(entry => VariablesIn(entry.Value)),
        YamlList list => list.Items.SelectMany(VariablesIn),
        YamlScalar scalar => Variable.Matches(scalar.Text).Select(match => match.Groups["name"].Value),
        _ => [],
    };

    private static IEnumerable<string> VariablesAt(YamlNode node, string[] path) => (node, path) switch
    {
        (_, []) => VariablesIn(node),
        (YamlMap map, [var key, .. var rest]) when map.Entries.LastOrDefault(entry => entry.Key is YamlScalar scalar && scalar.Text == key) is { Value: { } value } =>
            VariablesAt(value, rest),
        _ => [],
    };

    /// <summary>What a variable may hold: a key takes one of these, or a word of its own that nobody can guess.</summary>
    private static IEnumerable<string> Texts(string name) => [name, $"{name}:9092", "1", "true"];

    private static YamlNode ReadTree(string yaml)
    {
        try
        {
            if (YamlTreeParser.Parse(yaml) is { } tree)
            {
                return tree;
            }
        }
        catch (YamlException)
        {
            // The reader says it better.
        }

        _ = ConfigurationLoader.Parse(yaml, Name, _ => null);
        throw new InvalidOperationException("A definition can be read though it is no YAML.");
    }

    private static int CountProblems(string yaml, Func<string, string?> environment)
    {
        try
        {
            _ = ConfigurationLoader.Parse(yaml, Name, environment);
            return 0;
        }
        catch (ConfigurationException e)
        {
            return e.Problems.Count;
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
