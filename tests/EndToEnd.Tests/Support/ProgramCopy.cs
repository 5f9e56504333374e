using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A copy of the program in a folder of its own, as it is unpacked on a machine for which there is no native libzstd.</summary>
internal sealed class ProgramCopy : IDisposable
{
    private const string Dependencies = "kafka-backup.deps.json";

    private static readonly string Platform = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kafka-backup-program-");

    public ProgramCopy()
    {
        Copy(AppContext.BaseDirectory, _folder.FullName, "*.dll");
        Copy(AppContext.BaseDirectory, _folder.FullName, "kafka-backup.*.json");
        foreach (var platform in new[] { Platform, "linux", "unix" }.Where(platform => Directory.Exists(Path.Combine(AppContext.BaseDirectory, "runtimes", platform))))
        {
            foreach (var folder in Directory.EnumerateDirectories(Path.Combine(AppContext.BaseDirectory, "runtimes", platform), "*", SearchOption.AllDirectories))
            {
                Copy(folder, Path.Combine(_folder.FullName, Path.GetRelativePath(AppContext.BaseDirectory, folder)), "*");
            }
        }
    }

    public string Folder => _folder.FullName;

    private string Library => Path.Combine(Folder, NameOfLibrary);

    private static string NameOfLibrary => $"runtimes/{Platform}/native/libzstd.so";

    /// <summary>The library is there and cannot be loaded.</summary>
    public void SpoilZstd() => File.WriteAllText(Library, "This is no library.");

    /// <summary>The library is not there, and nothing says that it should be.</summary>
    public void RemoveZstd()
    {
        File.Delete(Library);
        var path = Path.Combine(Folder, Dependencies);
        var document = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var (_, target) in document["targets"]!.AsObject())
        {
            foreach (var (package, parts) in target!.AsObject().Where(package => package.Key.StartsWith("ZstdNet/", StringComparison.Ordinal)))
            {
                Assert.True(parts!["runtimeTargets"]!.AsObject().Remove(NameOfLibrary), $"{package} does not bring it.");
            }
        }

        File.WriteAllText(path, document.ToJsonString());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Copy(string from, string to, string pattern)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, pattern))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
