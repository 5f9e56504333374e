using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using KafkaBackup.Shared.Oso;
using YamlDotNet.Core.Events;
using YamlDotNet.Core;

namespace KafkaBackup.Cli.Output;

/// <summary>JSON as YAML, for <c>--format yaml</c>: its fields, in their order.</summary>
public static class YamlText
{
    private static readonly Regex BareText = new(@"\A[A-Za-z_][A-Za-z0-9_./=-]*\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly Regex OtherThanText = new(
        @"\A(null|true|false|yes|no|on|off|y|n)\z",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);

    /// <summary>Writes it as one YAML document; lines end in <c>\n</c>.</summary>
    public static string Write(JsonElement json)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = Begin(text);
        Emit(emitter, json);
        End(emitter);
        return text.ToString();
    }

    /// <summary>The same of a backup in the form of its manifest, a topic at a time.</summary>
    /// <exception cref="Shared.Storage.StorageException">It cannot be read.</exception>
    public static async Task WriteAsync(BackupStream contents, Stream target, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        await using var topics = contents.TopicsAsync(cancellation).GetAsyncEnumerator(cancellation);
        var isThere = await topics.MoveNextAsync();
        var emitter = Begin(text);
        emitter.Emit(new MappingStart());
        Emit(emitter, Members(contents).TakeWhile(member => !IsTopics(member)));
        emitter.Emit(Text("topics"));
        emitter.Emit(ListStart(isEmpty: !isThere));
        for (; isThere; isThere = await topics.MoveNextAsync())
        {
            Emit(emitter, ManifestJson.ToElement(topics.Current.Manifest));
        }

        emitter.Emit(new SequenceEnd());
        Emit(emitter, Members(contents).SkipWhile(member => !IsTopics(member)).Skip(1)); // Fields that this program does not know: asked for when the topics are through.
        emitter.Emit(new MappingEnd());
        End(emitter);
    }

    private static IEnumerable<JsonProperty> Members(BackupStream contents) => ManifestJson.ToElement(contents.Root).EnumerateObject();

    private static bool IsTopics(JsonProperty member) => member.NameEquals("topics"u8);

    private static Emitter Begin(TextWriter text)
    {
        // Folding would break a long key over two lines.
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        return emitter;
    }

    private static void End(Emitter emitter)
    {
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, IEnumerable<JsonProperty> members)
    {
        foreach (var member in members)
        {
            emitter.Emit(Text(member.Name));
            Emit(emitter, member.Value);
        }
    }

    private static SequenceStart ListStart(bool isEmpty) => new(AnchorName.Empty, TagName.Empty, isImplicit: true, isEmpty ? SequenceStyle.Flow : SequenceStyle.Block);

    private static void Emit(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart());
                Emit(emitter, element.EnumerateObject());
                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(ListStart(element.GetArrayLength() == 0));
                foreach (var item in element.EnumerateArray())
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                emitter.Emit(Text(element.GetString()!));
                break;
            default:
                emitter.Emit(new Scalar(element.GetRawText()));
                break;
        }
    }

    /// <summary>Bare when no reader, of whatever YAML version, takes it for anything but text.</summary>
    private static Scalar Text(string value) => BareText.IsMatch(value) && !OtherThanText.IsMatch(value)
        ? new Scalar(value)
        : new Scalar(AnchorName.Empty, TagName.Empty, value, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true);
}
