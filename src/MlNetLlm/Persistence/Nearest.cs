namespace MlNetLlm.Persistence;

/// <summary>Finds the known name that a mistyped one most likely meant.</summary>
public static class Nearest
{
    /// <summary>The known name with the fewest single-letter edits (case ignored), or null when none is close.</summary>
    /// <param name="name">The name as typed.</param>
    /// <param name="known">The names that exist.</param>
    /// <returns>The nearest, when it takes at most a third of its letters (and one) to change; else null.</returns>
    public static string? To(string name, IEnumerable<string> known)
    {
        var (best, fewest) = ((string?)null, int.MaxValue);
        foreach (var candidate in known)
        {
            var edits = Edits(name, candidate);
            if (edits < fewest && edits <= 1 + candidate.Length / 3)
                (best, fewest) = (candidate, edits);
        }
        return best;
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements that turn one name into the other.</summary>
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
