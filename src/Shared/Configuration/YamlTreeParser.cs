using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Turns the text of a file with one YAML document into nodes.</summary>
/// <remarks>
/// YamlDotNet's own tree stops at the first key that occurs twice, and its nesting is bounded by the stack only; this one keeps such
/// keys for the reader to report, and refuses deep nesting. Its messages name no content of the file: a password that begins with
/// <c>*</c> or <c>!</c> and lacks quotes is an alias or a tag to YAML.
/// </remarks>
internal sealed class YamlTreeParser
{
    private const int MaxDepth = 32;

    /// <summary>A few anchors within each other make thousands of millions of values of a short file.</summary>
    private const int MaxValues = 100_000;

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, (YamlNode Node, int Values)> _anchors = [];
    private int _values;

    private YamlTreeParser(string yaml) => _parser = new Parser(new StringReader(yaml));

    /// <summary>The document's root, or null when there is no document.</summary>
    /// <exception cref="YamlException">The text is no YAML, or YAML of a kind that a configuration has no use for.</exception>
    public static YamlNode? Parse(string yaml)
    {
        var text = yaml.StartsWith('\uFEFF') ? yaml[1..] : yaml;
        RefuseControlCharacters(text);
        try
        {
            return new YamlTreeParser(text).Document();
        }
        catch (YamlException e) when (FirstTabInIndentation(text) is { } tab)
        {
            // The scanner names some other place for it, often the file's first character.
            throw new YamlException(tab, tab, "A tab stands in the indentation, where YAML allows only spaces.", e);
        }
    }

    private static Mark? FirstTabInIndentation(string text)
    {
        var (line, start) = (1, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                (line, start) = (line + 1, i + 1);
            }
            else if (text[i] == '\t' && text.AsSpan(start, i - start).IndexOfAnyExcept(' ') < 0)
            {
                return new Mark(i, line, i - start + 1);
            }
        }

        return null;
    }

    // The scanner takes a NUL for the end of the file: everything after it would be ignored without a word.
    private static void RefuseControlCharacters(string text)
    {
        var line = 1;
        var lineStart = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
            else if (char.IsControl(text[i]) && text[i] is not ('\t' or '\r' or '\u0085'))
            {
                var mark = new Mark(i, line, i - lineStart + 1);
                throw new SyntaxErrorException(mark, mark, $"The character U+{(int)text[i]:X4} is not allowed in YAML.");
            }
        }
    }

    private YamlNode? Document()
    {
        Next<StreamStart>();
        if (Next<ParsingEvent>() is not DocumentStart)
        {
            return null;
        }

        var root = Node(Next<ParsingEvent>(), depth: 1);
        Next<DocumentEnd>();
        var end = Next<ParsingEvent>();
        return end is StreamEnd ? root : throw Refused(end, "A configuration is one YAML document; a second one starts here.");
    }

    private YamlNode Node(ParsingEvent start, int depth)
    {
        var (line, column) = ((int)start.Start.Line, (int)start.Start.Column);
        var before = _values;
        if (start is AnchorAlias alias)
        {
            var (target, values) = _anchors.TryGetValue(alias.Value, out var known)
                ? known
                : throw Refused(start, "There is no such anchor above; a value that begins with '*' needs quotes.");
            Count(values, start);
            return target with { Line = line, Column = column };
        }

        Count(1, start);
        if (depth > MaxDepth)
        {
            throw Refused(start, $"Lists and maps are nested more than {MaxDepth} deep.");
        }

        YamlNode node = start switch
        {
            Scalar scalar => new YamlScalar(line, column, TagOf(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart list => new YamlList(line, column, TagOf(list), Items(depth)),
            MappingStart map => new YamlMap(line, column, TagOf(map), Entries(depth)),
            _ => throw Refused(start, "A value was expected here."),
        };
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor] = (node, _values - before);
        }

        return node;
    }

    private void Count(int values, ParsingEvent at)
    {
        _values += values;
        if (_values > MaxValues)
        {
            throw Refused(at, $"The file has more than {MaxValues:N0} values, with those that its anchors repeat.");
        }
    }

    private List<YamlNode> Items(int depth)
    {
        var items = new List<YamlNode>();
        for (var next = Next<ParsingEvent>(); next is not SequenceEnd; next = Next<ParsingEvent>())
        {
            items.Add(Node(next, depth + 1));
        }

        return items;
    }

    private List<(YamlNode Key, YamlNode Value)> Entries(int depth)
    {
        var entries = new List<(YamlNode, YamlNode)>();
        for (var next = Next<ParsingEvent>(); next is not MappingEnd; next = Next<ParsingEvent>())
        {
            var key = Node(next, depth + 1);
            entries.Add((key, Node(Next<ParsingEvent>(), depth + 1)));
        }

        return entries;
    }

    private TEvent Next<TEvent>()
        where TEvent : ParsingEvent
    {
        try
        {
            _parser.MoveNext();
        }
        catch (ArgumentException e)
        {
            // The names of tags are checked by a constructor, which knows no place in the file.
            throw Broken("A tag has a name that YAML does not allow; a value that begins with '!' needs quotes.", e);
        }
        catch (InvalidOperationException e)
        {
            // The scanner loses count in some broken files, such as one with a '[' that is never closed.
            throw Broken("The structure breaks off after this place; check brackets, quotes and indentation.", e);
        }

        return _parser.Current as TEvent ?? throw Broken("The file ends in the middle of a value.", cause: null);
    }

    private YamlException Broken(string message, Exception? cause)
    {
        var mark = _parser.Current?.End ?? new Mark(0, 1, 1);
        return new YamlException(mark, mark, message, cause);
    }

    private static string? TagOf(NodeEvent node) => node.Tag.IsEmpty ? null : node.Tag.ToString();

    private static SemanticErrorException Refused(ParsingEvent at, string message) => new(at.Start, at.End, message);
}
