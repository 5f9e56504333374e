using KafkaBackup.Shared.Manifests;

namespace KafkaBackup.Shared.Tests.Manifests;

/// <summary>Files of backups that OSO's tool wrote.</summary>
internal static class Golden
{
    public static string FileOf(string sample, string name) => Path.Combine(AppContext.BaseDirectory, "golden", sample, name);

    public static byte[] Bytes(string sample, string name) => File.ReadAllBytes(FileOf(sample, name));

    public static BackupManifest Manifest(string sample) => ManifestJson.Read(Bytes(sample, "manifest.json"), $"{sample}/manifest.json");
}
