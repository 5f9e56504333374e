using System.Xml.Linq;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>What the source tree says of what is built.</summary>
internal static class SourceTree
{
    /// <summary>A property of all projects, or of one.</summary>
    public static string Property(string name, string file = "Directory.Build.props") =>
        XDocument.Load(Path.Combine(Repository.Root, file)).Descendants(name).First().Value;

    public static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));
}
