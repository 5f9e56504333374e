namespace KafkaBackup.ObjectStores.Tests.Remote;

/// <summary>Secrets as Kubernetes mounts them: each a link into a folder that is itself a link, which is what changes. Gone in the end.</summary>
internal sealed class SecretFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("secrets-").FullName;
    private int _version;

    public string At(string name) => Path.Combine(_root, name);

    /// <summary>Replaces all secrets at once.</summary>
    public void Mount(params (string Name, string Content)[] secrets)
    {
        var folder = Directory.CreateDirectory(At($"..{++_version}")).FullName;
        foreach (var (name, content) in secrets)
        {
            File.WriteAllText(Path.Combine(folder, name), content);
            if (!File.Exists(At(name)) && new FileInfo(At(name)).LinkTarget is null)
            {
                File.CreateSymbolicLink(At(name), Path.Combine("..data", name));
            }
        }

        if (Directory.Exists(At("..data")))
        {
            Directory.Delete(At("..data")); // Only the link.
        }

        Directory.CreateSymbolicLink(At("..data"), folder);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
