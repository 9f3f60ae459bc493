using System.Text;
using System.Text.Json.Nodes;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>Damages files in the ways that readers stumble over.</summary>
internal static class Mutations
{
    private static readonly byte[][] Snippets =
    [
        [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0, 0, 0, 0], [.. Enumerable.Repeat((byte)0xFF, 9), 1],
        [0xC3, 0x28], [0x0A, 0x00],
        .. new[]
        {
            "\"", "{", "]", "null", "-1", "1e999", "999999999999", "1048575", "\\ud800", "\\u0000", "\"\"", "[]", "true", "(a+)+$", "(?=(",
            "{1,2147483647}", "Sequence", "ByteLevel", " ", "\n", new string('[', 200), new string('x', 3000), "é😀",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "5", "300", "1048575", "1048576", "1e3", "1.5", "[]", "{}", "[[]]", "\"\"", "\"a\"", "\" \"",
        "\"a b c\"", "\"the\"", "\"\\u0000\"", "\"(a+)+$\"", "\"(?=(\"", "\"(((((((a*)*)*)*)*)*)*)*b\"", "\"\\\\p{Zzz}\"", "\"Sequence\"",
        "\"ByteLevel\"", "\"Split\"", "\"Removed\"", "\"NFD\"", "\"Lowercase\"", "\"é😀\"", "\"<|endoftext|>\"", "[\"t\", \"h\"]",
        "{ \"type\": \"ByteLevel\" }", "{ \"String\": \"x\" }",
    ];

    /// <summary>One to four changes at random places.</summary>
    public static byte[] Apply(byte[] file, Random random)
    {
        var changed = file.ToList();
        for (var left = random.Next(1, 5); left > 0; left--)
            Change(changed, random);
        return [.. changed];
    }

    /// <summary>One change.</summary>
    public static byte[] ApplyOnce(byte[] file, Random random)
    {
        var changed = file.ToList();
        Change(changed, random);
        return [.. changed];
    }

    /// <summary>Replaces, removes or doubles a few values of a JSON file, which stays JSON.</summary>
    public static byte[] ApplyToJson(byte[] file, Random random)
    {
        var root = JsonNode.Parse(file)!;
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            var value = JsonNode.Parse(Values[random.Next(Values.Length)]);
            if (Descend(root, random) is JsonArray items)
                ChangeItem(items, random.Next(items.Count), value, random.Next(3));
            else if (Descend(root, random) is JsonObject fields)
                ChangeField(fields, fields.ElementAt(random.Next(fields.Count)).Key, value, random.Next(4));
        }
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>Changes text, score or kind of a few pieces, and which there are.</summary>
    public static List<(string Text, float Score, int Kind)> ApplyTo(
        IEnumerable<(string Text, float Score, int Kind)> pieces, Random random)
    {
        float[] scores = [0, -1, 1, float.MaxValue, float.MinValue, float.Epsilon, float.NaN, float.PositiveInfinity];
        string[] texts = ["the", "t", "▁", "▁▁", "a▁b", "\0", "<0x41>", "😀", new string('a', 200), "é"];
        var changed = pieces.ToList();
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            var at = random.Next(changed.Count);
            var piece = changed[at];
            switch (random.Next(5))
            {
                case 0: changed[at] = piece with { Text = texts[random.Next(texts.Length)] }; break;
                case 1: changed[at] = piece with { Score = scores[random.Next(scores.Length)] }; break;
                case 2: changed[at] = piece with { Kind = random.Next(8) }; break;
                case 3: changed.RemoveAt(at); break;
                case 4: changed.Insert(at, (texts[random.Next(texts.Length)], -1, 1)); break;
            }
        }
        return changed;
    }

    private static void ChangeItem(JsonArray array, int index, JsonNode? value, int how)
    {
        if (how == 0)
            array.RemoveAt(index);
        else if (how == 1)
            array.Insert(index, value);
        else
            array[index] = value;
    }

    private static void ChangeField(JsonObject fields, string key, JsonNode? value, int how)
    {
        if (how == 0)
            fields.Remove(key);
        else
            fields[key] = value;
    }

    /// <summary>An object or list with something in it, the outer ones as likely as all inner ones together.</summary>
    private static JsonNode? Descend(JsonNode node, Random random)
    {
        var children = (node is JsonObject fields ? fields.Select(f => f.Value) : node.AsArray())
            .Where(child => child is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).ToArray();
        return children.Length == 0 || random.Next(3) == 0 ? node : Descend(children[random.Next(children.Length)]!, random);
    }

    private static void Change(List<byte> file, Random random)
    {
        var at = random.Next(file.Count + 1);
        var length = Math.Min(random.Next(1, 40), file.Count - at);
        var snippet = Snippets[random.Next(Snippets.Length)];
        switch (random.Next(8))
        {
            case 0 when at < file.Count: file[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < file.Count: file[at] = (byte)random.Next(256); break;
            case 2: file.InsertRange(at, snippet); break;
            case 3:
                file.RemoveRange(at, Math.Min(snippet.Length, file.Count - at));
                file.InsertRange(at, snippet);
                break;
            case 4: file.RemoveRange(at, length); break;
            case 5: file.InsertRange(at, file.GetRange(at, length)); break;
            case 6: Move(file, at, length, random.Next(file.Count - length + 1)); break;
            case 7 when random.Next(4) == 0: file.RemoveRange(at, file.Count - at); break;
        }
    }

    private static void Move(List<byte> file, int at, int length, int to)
    {
        var moved = file.GetRange(at, length);
        file.RemoveRange(at, length);
        file.InsertRange(to, moved);
    }
}
