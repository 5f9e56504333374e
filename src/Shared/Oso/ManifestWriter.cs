using System.Text.Json;

namespace KafkaBackup.Shared.Oso;

/// <summary>Writes a manifest a topic at a time, byte for byte as <see cref="ManifestJson.Write(BackupManifest)"/> writes it whole.</summary>
public static class ManifestWriter
{
    /// <summary>Writes what a backup holds.</summary>
    /// <param name="contents">The backup, of which nothing was read yet.</param>
    /// <param name="target">Takes it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Storage.StorageException">The backup cannot be read.</exception>
    public static Task WriteAsync(BackupStream contents, Stream target, CancellationToken cancellation) =>
        WriteAsync(() => contents.Root, contents.TopicsAsync(cancellation).Select(topic => topic.Manifest), target);

    /// <summary>Writes a manifest.</summary>
    /// <param name="root">The manifest without its topics. Its fields that this program does not know are asked for when these are through.</param>
    /// <param name="topics">Its topics.</param>
    /// <param name="target">Takes it.</param>
    internal static async Task WriteAsync(Func<BackupManifest> root, IAsyncEnumerable<ManifestTopic> topics, Stream target)
    {
        using var json = ManifestJson.WriterOn(target);
        json.WriteStartObject();
        WriteMembers(json, root(), isBehindTopics: false);
        json.WritePropertyName("topics");
        json.WriteStartArray();
        await foreach (var topic in topics)
        {
            ManifestJson.Write(json, topic);
            json.Flush(); // To a file of this machine, for which nothing is to be awaited.
        }

        json.WriteEndArray();
        WriteMembers(json, root(), isBehindTopics: true);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of a manifest that stand before its topics, or behind them.</summary>
    private static void WriteMembers(Utf8JsonWriter json, BackupManifest root, bool isBehindTopics)
    {
        var isBehind = false;
        foreach (var member in ManifestJson.ToElement(root).EnumerateObject())
        {
            if (member.NameEquals("topics"u8))
            {
                isBehind = true;
            }
            else if (isBehind == isBehindTopics)
            {
                member.WriteTo(json);
            }
        }
    }
}
