using System.Text.Json;
using System.Text.RegularExpressions;
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
        // Folding would break a long key over two lines.
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        Emit(emitter, json);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart());
                foreach (var property in element.EnumerateObject())
                {
                    emitter.Emit(Text(property.Name));
                    Emit(emitter, property.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                var style = element.GetArrayLength() == 0 ? SequenceStyle.Flow : SequenceStyle.Block;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
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
