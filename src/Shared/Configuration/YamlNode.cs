namespace KafkaBackup.Shared.Configuration;

/// <summary>A value of a YAML document that still knows where it was written.</summary>
/// <param name="Line">The line of its first character, from 1.</param>
/// <param name="Column">The column of its first character, from 1.</param>
/// <param name="Tag">Its explicit tag, such as <c>!specific</c>, or null.</param>
internal abstract record YamlNode(int Line, int Column, string? Tag);

/// <summary>A text, number, boolean or null: YAML decides by the reader's question, so only the text is kept.</summary>
internal sealed record YamlScalar(int Line, int Column, string? Tag, string Text, bool IsPlain) : YamlNode(Line, Column, Tag)
{
    /// <summary>Whether it says "no value": nothing at all, <c>~</c> or <c>null</c>, without quotes and without a tag.</summary>
    public bool IsNull => IsPlain && Tag is null && Text is ("" or "~" or "null" or "Null" or "NULL");
}

/// <summary>A sequence, in block or flow style.</summary>
internal sealed record YamlList(int Line, int Column, string? Tag, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column, Tag);

/// <summary>A mapping with its entries as written: in order, and with keys that occur twice.</summary>
internal sealed record YamlMap(int Line, int Column, string? Tag, IReadOnlyList<(YamlNode Key, YamlNode Value)> Entries)
    : YamlNode(Line, Column, Tag);
