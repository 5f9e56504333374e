using KafkaBackup.Testing;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace KafkaBackup.Deployment.Tests;

/// <summary>A <c>kustomization.yaml</c>, with the fields that are used here and no others.</summary>
public sealed class Kustomization
{
    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public string? Namespace { get; init; }

    public IList<string> Resources { get; init; } = [];

    public IList<string> Components { get; init; } = [];

    public IList<Patch> Patches { get; init; } = [];

    public IList<Generator> ConfigMapGenerator { get; init; } = [];

    public IList<Image> Images { get; init; } = [];

    public IList<object> Labels { get; init; } = [];

    /// <summary>Where it lies.</summary>
    [YamlIgnore]
    public string Folder { get; private set; } = "";

    public static IReadOnlyList<Kustomization> All { get; } = [.. Repository.Files(Manifests.Folder, Manifests.Kustomization).Select(Read)];

    /// <summary>Files and folders that it names.</summary>
    public IEnumerable<string> Named => Resources.Concat(Components).Concat(Patches.Select(patch => patch.Path).OfType<string>())
        .Concat(ConfigMapGenerator.SelectMany(generator => generator.Files.Concat(generator.Envs)))
        .Select(name => Path.Combine(Folder, name));

    private static Kustomization Read(string file)
    {
        // Does not take fields that it does not know.
        var reader = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build();
        var read = reader.Deserialize<Kustomization>(File.ReadAllText(file));
        read.Folder = Path.GetDirectoryName(file)!;
        return read;
    }

    /// <summary>A change of what is there: a file, or a text for all that a target selects.</summary>
    public sealed class Patch
    {
        public string? Path { get; init; }

        [YamlMember(Alias = "patch")]
        public string? Text { get; init; }

        public IDictionary<string, string> Target { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

        public IDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>A ConfigMap that is made.</summary>
    public sealed class Generator
    {
        public required string Name { get; init; }

        public IList<string> Files { get; init; } = [];

        public IList<string> Envs { get; init; } = [];
    }

    /// <summary>Another name for an image.</summary>
    public sealed class Image
    {
        public required string Name { get; init; }

        public required string NewName { get; init; }

        public required string NewTag { get; init; }
    }
}
