using System.Text.RegularExpressions;

namespace StandIns.Tests.Surface;

/// <summary>The real packages' members, one a line, and whether a stand-in's member is among them.</summary>
internal sealed partial class SurfaceListing
{
    private readonly Dictionary<string, string> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unmodified = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _bases = new(StringComparer.Ordinal);
    private readonly bool _annotated;

    internal SurfaceListing(IEnumerable<string> lines, bool annotated)
    {
        _annotated = annotated;
        foreach (var line in lines.Where(l => l.Length > 0))
        {
            var key = Key(line);
            _lines.TryAdd(key, line);
            _unmodified.TryAdd(Modifier().Replace(key, " "), line);
            if (Header().Match(key) is not { Success: true } header) continue;
            var bases = Split(header.Groups["bases"].Value).ToList();
            var name = Bare(header.Groups["name"].Value);
            if (_bases.TryGetValue(name, out var known)) known.AddRange(bases);
            else _bases[name] = bases;
        }
    }

    internal IEnumerable<string> Lines => _lines.Values;

    internal static bool IsTypeHead(string line) => Header().IsMatch(line);

    /// <summary>The listing's line for a member, or null.</summary>
    internal string? Find(SurfaceMember member)
    {
        var key = Key(member.Line);
        if (_lines.TryGetValue(key, out var line)) return line;
        if (member.IsType) return FindType(key);
        // Fewer ways to override are no more than the real package offers, and neither is an override of what it has.
        if (!Modifier().IsMatch(key) && _unmodified.TryGetValue(key, out line)) return line;
        return FindInBase(key, member);
    }

    /// <summary>What whoever implements the type owes to the real package and not to the stand-in.</summary>
    internal IEnumerable<string> Missing(Type type, string declared, IEnumerable<string> lines)
    {
        var have = lines.Select(Key).ToHashSet();
        var own = new Regex($@" {Regex.Escape(declared)}\.(this\[|[^.(]+(\(| \{{))");
        var owed = _lines.Where(l => (type.IsInterface || l.Key.Contains(" abstract ")) && !Header().IsMatch(l.Key) && own.IsMatch(l.Key));
        var bases = _bases.GetValueOrDefault(Bare(declared)) ?? [];
        var known = type.GetInterfaces().Select(i => Bare(new TypeText(_annotated).Of(i))).ToHashSet();
        var members = owed.Where(l => !have.Contains(l.Key)).Select(l => l.Value);
        // A type and its generic twin share a bare name; neither is its own base.
        return type.IsInterface ? members.Concat(bases.Where(b => Bare(b) != Bare(declared) && !known.Contains(Bare(b)))) : members;
    }

    /// <summary>The line that looks most like the member's.</summary>
    internal string Nearest(SurfaceMember member)
    {
        var key = Key(member.Line);
        var name = Name().Match(key).Value;
        var sameName = _lines.Keys.Where(l => Name().Match(l).Value == name).ToList();
        var among = sameName.Count > 0 ? sameName : _lines.Keys.Where(l => Math.Abs(l.Length - key.Length) < 30).ToList();
        return among.Count == 0 ? "nothing like it" : _lines[among.MinBy(l => Distance(l, key))!];
    }

    /// <summary>A type may leave out bases, and name an interface that the real one has through a base.</summary>
    private string? FindType(string key)
    {
        if (Header().Match(key) is not { Success: true } ours) return null;
        var start = key[..ours.Groups["name"].Index] + ours.Groups["name"].Value;
        var theirs = _lines.Keys.FirstOrDefault(l => l.StartsWith(start,
            StringComparison.Ordinal) && (l.Length == start.Length || l[start.Length] == ' '));
        if (theirs is null || Where(theirs) != Where(key)) return null;
        var known = Ancestors(Bare(ours.Groups["name"].Value));
        return Split(ours.Groups["bases"].Value).All(b => known.Contains(Bare(b))) ? _lines[theirs] : null;
    }

    /// <summary>A member may stand in the type itself where the real one inherits it.</summary>
    private string? FindInBase(string key, SurfaceMember member)
    {
        var text = new TypeText(_annotated).Declared(member.Declaring);
        int at = key.IndexOf(text + ".", StringComparison.Ordinal);
        if (at < 0) return null;
        var (before, after) = (Modifier().Replace(key[..at], " "), key[(at + text.Length)..]);
        var ancestors = Ancestors(Bare(text));
        return _unmodified
            .Where(l => l.Key.StartsWith(before, StringComparison.Ordinal) && l.Key.EndsWith(after, StringComparison.Ordinal))
            .Where(l => l.Key.Length > before.Length + after.Length && ancestors.Contains(Bare(l.Key[before.Length..^after.Length])))
            .Select(l => l.Value).FirstOrDefault();
    }

    /// <summary>The names of all bases, without their type arguments.</summary>
    private HashSet<string> Ancestors(string name)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([name]);
        while (open.TryPop(out var next))
            foreach (var b in (_bases.GetValueOrDefault(next) ?? []).Select(Bare))
                if (found.Add(b)) open.Push(b);
        return found;
    }

    private string Key(string line)
    {
        line = DoubleSuffix().Replace(Comment().Replace(Attribute().Replace(line, ""), ""), "");
        line = SingleSuffix().Replace(line, "F");
        // Whether an open type parameter may be null depends on how the package was compiled.
        return _annotated ? OpenParameter().Replace(line, "$1") : line;
    }

    private static string Where(string header) =>
        header.IndexOf(" where ", StringComparison.Ordinal) is >= 0 and var at ? header[at..] : "";

    private static string Bare(string type) => Arguments().Replace(type.Split('<')[0], "");

    private static IEnumerable<string> Split(string list)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < list.Length; i++)
        {
            depth += list[i] is '<' or '(' ? 1 : list[i] is '>' or ')' ? -1 : 0;
            if (list[i] != ',' || depth > 0) continue;
            yield return list[start..i].Trim();
            start = i + 1;
        }
        if (list.Length > start) yield return list[start..].Trim();
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }

    [GeneratedRegex(@"^(\[[^\]]*\] )+")] private static partial Regex Attribute();
    [GeneratedRegex(@"(?<= = -?[\d.E+-]+)d\b")] private static partial Regex DoubleSuffix();
    [GeneratedRegex(@"(?<= = -?[\d.E+-]+)f\b")] private static partial Regex SingleSuffix();
    [GeneratedRegex(@"\s+// .*$")] private static partial Regex Comment();
    [GeneratedRegex(@" (sealed override|override|virtual) ")] private static partial Regex Modifier();
    [GeneratedRegex(@"\b(T|S|T[A-Z0-9]\w*)\?")] private static partial Regex OpenParameter();
    [GeneratedRegex(@"<.*>")] private static partial Regex Arguments();
    [GeneratedRegex(@"[\w.<>, ]*?(?<= )\S*[.](?<name>this|operator \S+|\w+)(?=[\[(<]| \{|$| =)")] private static partial Regex Name();
    [GeneratedRegex(
        @"^(public|protected|protected internal) (?<kind>[a-z ]*(class|struct|interface)) " +
        @"(?<name>[^ (:]+(<[^>]*>)?[^ (:]*)( : (?<bases>.*?))?( where .*)?$")]
    private static partial Regex Header();
}
