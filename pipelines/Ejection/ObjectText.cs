using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MlNetLlm.Pipelines.Ejection;

/// <summary>
/// Writes a value as the C# that makes it: of a record only what differs from its defaults. Knows numbers, texts, enums, null, lists,
/// dictionaries, and records whose properties are such values.
/// </summary>
internal sealed class ObjectText
{
    private const int LineLength = 140;
    private const int Indent = 4;

    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(string)] = "string",
    };

    private readonly SortedSet<string> _namespaces = new(StringComparer.Ordinal);

    /// <summary>The namespaces of the types written so far.</summary>
    public IReadOnlyCollection<string> Namespaces => _namespaces;

    /// <summary>A text as a C# literal. JSON's texts are C#'s, but for a few escapes that neither writer uses.</summary>
    public static string Literal(string text) => JsonSerializer.Serialize(text);

    /// <summary>A type's name.</summary>
    public string Type(Type type)
    {
        if (_keywords.TryGetValue(type, out var keyword)) return keyword;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{Type(underlying)}?";
        if (type.IsArray) return $"{Type(type.GetElementType()!)}[]";
        _namespaces.Add(type.Namespace!);
        if (!type.IsGenericType) return type.Name;
        var name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Type))}>";
    }

    /// <summary>A value.</summary>
    /// <param name="value">It.</param>
    /// <param name="depth">How deep the line it stands on is indented.</param>
    /// <exception cref="NotSupportedException">It, or a property of it, is of a kind that cannot be written.</exception>
    public string Value(object? value, int depth = 0) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        int or long => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        float number => float.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) + "f" : $"float.{number}",
        double number => Number(number),
        string text => Literal(text),
        Enum choice => string.Join(" | ", choice.ToString().Split(", ").Select(name => $"{Type(choice.GetType())}.{name}")),
        IDictionary entries => Block($"new {Type(entries.GetType())}",
            [.. entries.Keys.Cast<object>().Select(key => $"[{Value(key)}] = {Value(entries[key], depth + 1)}")], "{ }", depth),
        IEnumerable items => Block("", [.. items.Cast<object?>().Select(item => Value(item, depth + 1))], "[]", depth),
        _ => Record(value, depth),
    };

    private static string Number(double number) =>
        double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture)
        : double.IsNaN(number) ? "double.NaN" : number > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";

    private string Record(object record, int depth)
    {
        var type = record.GetType();
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        var constructor = Constructor(type, properties)
            ?? throw new NotSupportedException(
                $"A {type.Name} cannot be written as C#: no constructor of it takes values of its properties.");
        object?[] given = [.. constructor.GetParameters().Select(parameter => Named(properties, parameter.Name!)!.GetValue(record))];
        var usual = constructor.Invoke(given);
        List<string> written = [];
        foreach (var property in properties.Where(p => p.SetMethod is not null))
            if (property.IsDefined(typeof(RequiredMemberAttribute)) || Alone(property.GetValue(record)) != Alone(property.GetValue(usual)))
                written.Add($"{property.Name} = {Value(property.GetValue(record), depth + 1)}");
        var head = $"new {Type(type)}";
        if (given.Length > 0 || written.Count == 0)
            head += $"({string.Join(", ", Arguments(constructor, given).Select(value => Value(value, depth)))})";
        return written.Count == 0 ? head : Block(head, written, "{ }", depth);
    }

    // The one without parameters; else one whose parameters are properties, as of a record with a list of them.
    private static ConstructorInfo? Constructor(Type type, PropertyInfo[] properties) => type.GetConstructors()
        .Where(constructor => constructor.GetParameters().All(parameter => Named(properties, parameter.Name!) is not null))
        .MinBy(constructor => constructor.GetParameters().Length);

    private static PropertyInfo? Named(PropertyInfo[] properties, string name) =>
        properties.FirstOrDefault(property => string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase));

    // Without those at the end that have their default.
    private static IEnumerable<object?> Arguments(ConstructorInfo constructor, object?[] given)
    {
        var parameters = constructor.GetParameters();
        var last = given.Length;
        while (last > 0 && parameters[last - 1].HasDefaultValue && Equals(parameters[last - 1].DefaultValue, given[last - 1])) last--;
        return given.Take(last);
    }

    // Without a trace in the namespaces.
    private static string Alone(object? value) => new ObjectText().Value(value);

    // On one line where that is short, else an entry a line.
    private static string Block(string head, IReadOnlyList<string> entries, string brackets, int depth)
    {
        var (open, close) = (brackets[..1], brackets[^1..]);
        var inner = brackets.Length == 2 ? "" : " ";
        var line = $"{head}{(head.Length == 0 ? "" : " ")}{open}{inner}{string.Join(", ", entries)}{inner}{close}";
        if (entries.Count == 0) return head.Length == 0 ? "[]" : line;
        if (line.Length + (depth * Indent) <= LineLength - 60 && !line.Contains('\n', StringComparison.Ordinal)) return line;
        var (outside, inside) = (new string(' ', depth * Indent), new string(' ', (depth + 1) * Indent));
        return $"{(head.Length == 0 ? "" : $"{head}\n{outside}")}{open}\n{string.Concat(Lines(entries, inside))}{outside}{close}";
    }

    // Short entries, such as numbers, share lines.
    private static IEnumerable<string> Lines(IReadOnlyList<string> entries, string indent)
    {
        var each = entries.Any(entry => entry.Contains('=', StringComparison.Ordinal) || entry.Contains('\n', StringComparison.Ordinal));
        var line = indent;
        foreach (var entry in entries)
        {
            if (line.Length > indent.Length && (each || line.Length + entry.Length + 2 > LineLength))
            {
                yield return line.TrimEnd() + "\n";
                line = indent;
            }
            line += $"{entry}, ";
        }
        yield return line.TrimEnd() + "\n";
    }
}
