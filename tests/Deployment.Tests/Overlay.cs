using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>Overlays as who uses them has them.</summary>
internal static class Overlay
{
    /// <summary>Makes a kustomization in a folder: an overlay, with a component or without, in a namespace.</summary>
    /// <returns>The folder.</returns>
    public static string LayOver(string folder, string space, string overlay, string? component)
    {
        var root = Path.Combine(Repository.Root, Manifests.Folder);
        string Relative(string path) => Path.GetRelativePath(folder, path); // Kustomize takes no absolute ones.
        var components = component is null ? "" : $"components: [{Relative(Path.Combine(root, "components", component))}]\n";
        File.WriteAllText(Path.Combine(folder, Manifests.Kustomization), $"namespace: {space}\nresources: [{Relative(Path.Combine(root, "overlays", overlay))}]\n{components}");
        return folder;
    }

    /// <summary>All that it makes.</summary>
    public static async Task<string> RenderAsync(string space, string overlay, string? component)
    {
        var work = Directory.CreateTempSubdirectory("kustomize-");
        try
        {
            return await Kubectl.RunAsync("kustomize", LayOver(work.FullName, space, overlay, component));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }
}
