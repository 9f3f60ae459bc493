using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace StandIns.Tests.Surface;

/// <summary>A member that others can see: its line, and whether it overrides something declared elsewhere.</summary>
internal sealed record SurfaceMember(Type Declaring, string Line, bool IsType, bool IsOverride);

/// <summary>Prints every public and protected member of an assembly as the reference listings do.</summary>
internal sealed class SurfacePrinter(TypeText types)
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal IEnumerable<SurfaceMember> Print(Assembly assembly) =>
        assembly.GetTypes().Where(IsVisible).OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Print);

    private IEnumerable<SurfaceMember> Print(Type type)
    {
        yield return new SurfaceMember(type, Header(type), true, false);
        if (typeof(Delegate).IsAssignableFrom(type)) yield break;
        foreach (var field in type.GetFields(All).Where(f => Access(f.Attributes) is not null && !f.IsSpecialName))
            yield return new SurfaceMember(type, Field(type, field), false, false);
        if (type.IsEnum) yield break;
        foreach (var constructor in type.GetConstructors(All).Where(c => Access(c) is not null && !c.IsStatic))
            yield return new SurfaceMember(type, Constructor(type, constructor), false, false);
        foreach (var property in type.GetProperties(All).Where(p => Widest(p) is not null))
            yield return new SurfaceMember(type, Property(type, property), false, Overrides(property.GetAccessors(true)[0]));
        foreach (var method in type.GetMethods(All).Where(IsListed))
            yield return new SurfaceMember(type, Method(type, method), false, Overrides(method));
        foreach (var happening in type.GetEvents(All).Where(e => Access(e.AddMethod!) is not null))
            yield return new SurfaceMember(type, Event(type, happening), false, false);
    }

    private static bool IsVisible(Type type) =>
        !type.IsDefined(typeof(CompilerGeneratedAttribute), false) &&
        (type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)));

    private static bool IsListed(MethodInfo method) =>
        Access(method) is not null && method.Name != "Finalize" && !method.IsDefined(typeof(CompilerGeneratedAttribute), false) &&
        (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private string Header(Type type)
    {
        var access = type.IsNestedFamily ? "protected" : type.IsNestedFamORAssem ? "protected internal" : "public";
        var name = types.Declared(type);
        var where = Where(type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0));
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"{access} delegate {types.Of(invoke.ReturnParameter)} {name}({Parameters(invoke)}){where}";
        }
        if (type.IsEnum) return $"{access} enum {name} : {types.Of(Enum.GetUnderlyingType(type))}";
        var kind = type.IsInterface ? "interface"
            : type.IsValueType ? Struct(type)
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var bases = Bases(type).ToList();
        return $"{access} {kind} {name}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{where}";
    }

    private static string Struct(Type type) =>
        (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + "struct";

    private IEnumerable<string> Bases(Type type)
    {
        if (type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType)) yield return types.Of(b);
        var inherited = type.GetInterfaces().SelectMany(i => i.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []).ToHashSet();
        var own = type.GetInterfaces().Where(i => i.IsVisible && !inherited.Contains(i));
        foreach (var name in own.Select(types.Of).Order(StringComparer.Ordinal)) yield return name;
    }

    private string Field(Type type, FieldInfo field)
    {
        var name = $"{types.Declared(type)}.{field.Name}";
        if (type.IsEnum) return $"{name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
        var modifiers = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        var value = field.IsLiteral ? $" = {Constant(field.GetRawConstantValue(), field.FieldType)}" : "";
        return $"{Access(field.Attributes)} {modifiers}{types.Of(field)} {name}{value}";
    }

    private string Constructor(Type type, ConstructorInfo constructor) =>
        $"{Access(constructor)} {types.Declared(type)}.{type.Name.Split('`')[0]}({Parameters(constructor)})";

    private string Property(Type type, PropertyInfo property)
    {
        var widest = Widest(property)!;
        var index = property.GetIndexParameters();
        var name = index.Length > 0 ? $"this[{Parameters(index, false)}]" : property.Name;
        var accessors = new[] { Accessor(property.GetMethod, "get", widest), Accessor(property.SetMethod, "set", widest) };
        var modifiers = Modifiers(property.GetAccessors(true)[0], type);
        return $"{Access(widest)} {modifiers}{types.Of(property)} {types.Declared(type)}.{name} {{ {string.Concat(accessors)}}}";
    }

    private static string Accessor(MethodInfo? accessor, string word, MethodInfo widest) =>
        accessor is null || Access(accessor) is not { } access ? "" : access == Access(widest) ? $"{word}; " : $"{access} {word}; ";

    private string Method(Type type, MethodInfo method)
    {
        if (method.Name is "op_Implicit" or "op_Explicit")
        {
            var word = method.Name == "op_Implicit" ? "implicit" : "explicit";
            return $"public static {word} operator {types.Of(method.ReturnParameter)}({Parameters(method)}) in {types.Declared(type)}";
        }
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        var name = Operators.GetValueOrDefault(method.Name) is { } symbol ? $"operator {symbol}" : method.Name;
        return $"{Access(method)} {Modifiers(method, type)}{types.Of(method.ReturnParameter)} {types.Declared(type)}.{name}{generic}" +
            $"({Parameters(method)}){Where(method.GetGenericArguments())}";
    }

    private string Event(Type type, EventInfo happening) =>
        $"{Access(happening.AddMethod!)} {Modifiers(happening.AddMethod!, type)}event {types.Of(happening.EventHandlerType!)} " +
        $"{types.Declared(type)}.{happening.Name}";

    private static string Modifiers(MethodInfo method, Type type)
    {
        if (method.IsStatic) return "static ";
        if (type.IsInterface || !method.IsVirtual) return "";
        if (Overrides(method)) return method.IsFinal ? "sealed override " : "override ";
        return method.IsAbstract ? "abstract " : method.IsFinal ? "" : "virtual ";
    }

    private static bool Overrides(MethodInfo method) => method.GetBaseDefinition().DeclaringType != method.DeclaringType;

    private string Parameters(MethodBase method) => Parameters(method.GetParameters(), method.IsDefined(typeof(ExtensionAttribute)));

    private string Parameters(ParameterInfo[] parameters, bool extension) =>
        string.Join(", ", parameters.Select((p, i) =>
        {
            var prefix = (extension && i == 0 ? "this " : "") + (p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "");
            if (p.ParameterType.IsByRef) prefix += p.IsOut ? "out " : p.IsIn ? "in " : "ref ";
            var text = $"{prefix}{types.Of(p)} {p.Name}";
            return p.HasDefaultValue ? $"{text} = {Constant(p.RawDefaultValue, p.ParameterType)}" : text;
        }));

    private string Constant(object? value, Type type)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null) return inner == type && (type.IsValueType || type.IsGenericParameter) ? "default" : "null";
        if (inner.IsEnum) return $"{types.Of(inner)}.{Enum.ToObject(inner, value)}";
        return value switch
        {
            bool b => b ? "true" : "false",
            string s => $"\"{s.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\t", "\\t")}\"",
            char c => char.IsControl(c) ? $"'\\u{(int)c:x4}'" : $"'{c}'",
            float f => f.ToString("R", CultureInfo.InvariantCulture) + "F",
            double d when double.IsInfinity(d) => d > 0 ? "Infinityd" : "-Infinityd",
            IFormattable number => number.ToString("", CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }

    private string Where(IEnumerable<Type> parameters) => string.Concat(parameters.Select(p =>
    {
        var attributes = p.GenericParameterAttributes;
        bool value = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var parts = new List<string>();
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) parts.Add("class");
        if (value) parts.Add(p.CustomAttributes.Any(a => a.AttributeType.Name == "IsUnmanagedAttribute") ? "unmanaged" : "struct");
        parts.AddRange(p.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(types.Of));
        if (!value && attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)) parts.Add("new()");
        return parts.Count == 0 ? "" : $" where {p.Name} : {string.Join(", ", parts)}";
    }));

    private static MethodInfo? Widest(PropertyInfo property) => property.GetAccessors(true)
        .Where(a => Access(a) is not null).OrderBy(a => a.IsPublic ? 0 : a.IsFamilyOrAssembly ? 1 : 2).FirstOrDefault();

    private static string? Access(MethodBase method) =>
        method.IsPublic ? "public" : method.IsFamilyOrAssembly ? "protected internal" : method.IsFamily ? "protected" : null;

    private static string? Access(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask) switch
    {
        FieldAttributes.Public => "public",
        FieldAttributes.FamORAssem => "protected internal",
        FieldAttributes.Family => "protected",
        _ => null,
    };

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "+", ["op_Subtraction"] = "-", ["op_Multiply"] = "*", ["op_Division"] = "/", ["op_Modulus"] = "%",
        ["op_BitwiseAnd"] = "&", ["op_BitwiseOr"] = "|", ["op_ExclusiveOr"] = "^", ["op_OnesComplement"] = "~", ["op_UnaryNegation"] = "-",
        ["op_Equality"] = "==", ["op_Inequality"] = "!=", ["op_LessThan"] = "<", ["op_LessThanOrEqual"] = "<=", ["op_GreaterThan"] = ">",
        ["op_GreaterThanOrEqual"] = ">=", ["op_LogicalNot"] = "!", ["op_UnaryPlus"] = "+", ["op_Increment"] = "++", ["op_Decrement"] = "--",
    };
}
