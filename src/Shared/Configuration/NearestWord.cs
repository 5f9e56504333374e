namespace KafkaBackup.Shared.Configuration;

/// <summary>Guesses which word was meant by one with a slip of the finger.</summary>
internal static class NearestWord
{
    /// <summary>The closest of <paramref name="words"/>, or null when it is more than a third of its letters away, and more than one.</summary>
    public static string? Find(string typed, IEnumerable<string> words)
    {
        var (best, bestDistance) = ((string?)null, int.MaxValue);
        foreach (var word in words)
        {
            var limit = Math.Max(1, word.Length / 3);

            // Lengths this far apart cannot be near, and a key of any length must not cost time.
            var distance = Math.Abs(word.Length - typed.Length) > limit ? int.MaxValue : Distance(typed.ToLowerInvariant(), word);
            if (distance <= limit && distance < bestDistance)
            {
                (best, bestDistance) = (word, distance);
            }
        }

        return best;
    }

    /// <summary>How many letters were left out, added, changed or swapped with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                rows[i, j] = i == 0 || j == 0 ? i + j : Cheapest(i, j);
            }
        }

        return rows[a.Length, b.Length];

        int Cheapest(int i, int j)
        {
            var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            var cheapest = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
            var isSwap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            return isSwap ? Math.Min(cheapest, rows[i - 2, j - 2] + 1) : cheapest;
        }
    }
}
