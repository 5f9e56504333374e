using System.Text;

namespace KafkaBackup.Cli.Pbm;

/// <summary>Lets a person write a line at a terminal: Tab completes, arrows fetch former lines, Ctrl+C drops the line, Ctrl+D ends.</summary>
/// <param name="completion">What Tab knows.</param>
/// <param name="readKey">Waits for a key.</param>
/// <param name="screen">The terminal.</param>
internal sealed class LineEditor(Completion completion, Func<ConsoleKeyInfo> readKey, TextWriter screen)
{
    /// <summary>How many former lines are kept.</summary>
    private const int MaxHistory = 100;

    private readonly List<string> _history = [];

    /// <summary>The next line; null at the end.</summary>
    public string? Read(string prompt)
    {
        var line = new StringBuilder();
        var back = _history.Count;
        screen.Write(prompt);
        while (true)
        {
            var key = readKey();
            switch (key)
            {
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when line.Length == 0:
                    screen.WriteLine();
                    return null;
                case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }:
                    screen.WriteLine("^C");
                    return "";
                case { Key: ConsoleKey.Enter }:
                    screen.WriteLine();
                    return Remember(line.ToString());
                case { Key: ConsoleKey.Backspace } when line.Length > 0:
                    line.Length--;
                    screen.Write("\b \b");
                    break;
                case { Key: ConsoleKey.Tab }:
                    Complete(prompt, line);
                    break;
                case { Key: ConsoleKey.UpArrow } when back > 0:
                    Replace(prompt, line, _history[--back]);
                    break;
                case { Key: ConsoleKey.DownArrow } when back < _history.Count:
                    back++;
                    Replace(prompt, line, back == _history.Count ? "" : _history[back]);
                    break;
                case { KeyChar: var c } when !char.IsControl(c):
                    line.Append(c);
                    screen.Write(c);
                    break;
            }
        }
    }

    private string Remember(string line)
    {
        if (line.Length > 0 && (_history.Count == 0 || _history[^1] != line))
        {
            _history.Add(line);
            _history.RemoveRange(0, Math.Max(0, _history.Count - MaxHistory));
        }

        return line;
    }

    /// <summary>Adds what is certain; where nothing is, shows what is possible.</summary>
    private void Complete(string prompt, StringBuilder line)
    {
        var text = line.ToString();
        var addition = completion.Addition(text);
        if (addition.Length == 0 && completion.Of(text) is [_, _, ..] words)
        {
            screen.WriteLine();
            screen.WriteLine(string.Join("  ", words));
            screen.Write(prompt + text);
        }

        line.Append(addition);
        screen.Write(addition);
    }

    private void Replace(string prompt, StringBuilder line, string text)
    {
        screen.Write($"\r{prompt}{text}\e[K");
        line.Clear().Append(text);
    }
}
