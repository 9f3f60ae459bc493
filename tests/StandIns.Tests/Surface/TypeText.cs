using System.Reflection;
using System.Runtime.CompilerServices;

namespace StandIns.Tests.Surface;

/// <summary>Writes types the way the reference listings do.</summary>
/// <param name="annotated">Whether the listing shows nullable references and the names of tuple elements.</param>
internal sealed class TypeText(bool annotated)
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
    };

    private readonly NullabilityInfoContext _nullability = new();

    internal bool Annotated => annotated;

    internal string Of(Type type) => Of(type, null, new TupleNames(null));

    internal string Of(ParameterInfo parameter) =>
        Of(parameter.ParameterType, annotated ? _nullability.Create(parameter) : null, Names(parameter.GetCustomAttributes(false)));

    internal string Of(PropertyInfo property) =>
        Of(property.PropertyType, annotated ? _nullability.Create(property) : null, Names(property.GetCustomAttributes(false)));

    internal string Of(FieldInfo field) =>
        Of(field.FieldType, annotated ? _nullability.Create(field) : null, Names(field.GetCustomAttributes(false)));

    /// <summary>A type as a declaration names it: with its own parameters, and their variance where it is an interface.</summary>
    internal string Declared(Type type)
    {
        const GenericParameterAttributes Variance = GenericParameterAttributes.VarianceMask;
        var arguments = type.GetGenericArguments().Select(a => (a.GenericParameterAttributes & Variance) switch
        {
            GenericParameterAttributes.Contravariant => $"in {a.Name}",
            GenericParameterAttributes.Covariant => $"out {a.Name}",
            _ => a.Name,
        });
        return Named(type, arguments.ToList());
    }

    private string Of(Type type, NullabilityInfo? info, TupleNames names)
    {
        if (type.IsByRef) return Of(type.GetElementType()!, info, names);
        if (Nullable.GetUnderlyingType(type) is { } value) return Of(value, Inner(info, 0), names) + "?";
        var text = Plain(type, info, names);
        bool nullable = info?.ReadState == NullabilityState.Nullable && !type.IsValueType && !type.IsGenericParameter;
        return nullable ? text + "?" : text;
    }

    private string Plain(Type type, NullabilityInfo? info, TupleNames names)
    {
        if (type.IsGenericParameter) return type.Name;
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsArray) return Array(type, info, names);
        if (type.IsPointer) return Of(type.GetElementType()!, null, names) + "*";
        if (annotated && type is { Namespace: "System", Name: "ValueTuple`2" or "ValueTuple`3" or "ValueTuple`4" or "ValueTuple`5" })
            return Tuple(type, info, names);
        var arguments = type.GetGenericArguments().Select((a, i) => Of(a, Inner(info, i), names));
        return Named(type, arguments.ToList());
    }

    private string Array(Type type, NullabilityInfo? info, TupleNames names)
    {
        // The ranks of an array of arrays are written from the outside in.
        var ranks = "";
        while (type.IsArray)
        {
            ranks += $"[{new string(',', type.GetArrayRank() - 1)}]";
            (type, info) = (type.GetElementType()!, info?.ElementType);
        }
        return Of(type, info, names) + ranks;
    }

    private string Tuple(Type type, NullabilityInfo? info, TupleNames names)
    {
        var items = type.GetGenericArguments();
        var own = items.Select(_ => names.Next()).ToArray();
        var texts = items.Select((item, i) => Of(item, Inner(info, i), names) + (own[i] is { } name ? $" {name}" : ""));
        return $"({string.Join(", ", texts)})";
    }

    /// <summary>Namespace, enclosing types and name; each takes as many of the arguments as it declares.</summary>
    private static string Named(Type type, List<string> arguments)
    {
        var chain = new Stack<Type>();
        for (var t = type; t is not null; t = t.DeclaringType) chain.Push(t);
        var prefix = string.IsNullOrEmpty(type.Namespace) ? "" : type.Namespace + ".";
        int used = 0;
        return prefix + string.Join('.', chain.Select(t =>
        {
            int end = t.IsGenericType ? t.GetGenericArguments().Length : 0, count = Math.Max(0, end - used);
            var own = arguments.Skip(used).Take(count).ToList();
            used += count;
            var name = t.Name.Split('`')[0];
            return own.Count == 0 ? name : $"{name}<{string.Join(", ", own)}>";
        }));
    }

    private static NullabilityInfo? Inner(NullabilityInfo? info, int i) =>
        info is not null && i < info.GenericTypeArguments.Length ? info.GenericTypeArguments[i] : null;

    private static TupleNames Names(object[] attributes) =>
        new(attributes.OfType<TupleElementNamesAttribute>().FirstOrDefault()?.TransformNames);

    private sealed class TupleNames(IList<string?>? names)
    {
        private int _next;

        internal string? Next() => names is not null && _next < names.Count ? names[_next++] : null;
    }
}
