using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Data;

internal delegate TTo ValueConversion<TFrom, TTo>(TFrom value);

internal delegate bool ValueParser<T>(ReadOnlySpan<char> text, IFormatProvider format, out T value);

/// <summary>The standard conversions between the items of columns.</summary>
internal static class ValueConversions
{
    private static readonly string[] _trueTexts = ["true", "yes", "t", "y", "1", "+1", "+"];
    private static readonly string[] _falseTexts = ["false", "no", "f", "n", "0", "-1", "-"];

    /// <summary>The missing value of a type: NaN for numbers with a fraction, otherwise the default.</summary>
    public static T Missing<T>() =>
        typeof(T) == typeof(float) ? (T)(object)float.NaN : typeof(T) == typeof(double) ? (T)(object)double.NaN : default;

    public static bool IsMissing<T>(T value) => value switch
    {
        float single => float.IsNaN(single),
        double number => double.IsNaN(number),
        ReadOnlyMemory<char> text => text.IsEmpty,
        _ => false,
    };

    /// <summary>The conversion between two item types, or null where there is none: numbers with a fraction never become
    /// integers.</summary>
    public static Delegate Find(DataViewType from, PrimitiveDataViewType to)
    {
        if (from.RawType == to.RawType && from is not KeyDataViewType)
            return Call(nameof(Identity), from.RawType);
        if (from is KeyDataViewType)
            return KeyDataViewType.IsValidDataType(to.RawType) && Keys.MaxCount(to.RawType) >= Keys.MaxCount(from.RawType)
                ? Call(nameof(Number), from.RawType, to.RawType)
                : null;
        return (from, to) switch
        {
            (TextDataViewType, NumberDataViewType or BooleanDataViewType) => Call(nameof(Parse), to.RawType),
            (NumberDataViewType or BooleanDataViewType, TextDataViewType) => Call(nameof(Format), from.RawType),
            (BooleanDataViewType, NumberDataViewType) => Call(nameof(FromBoolean), to.RawType),
            (NumberDataViewType, BooleanDataViewType) => Call(nameof(ToBoolean), from.RawType),
            (NumberDataViewType, NumberDataViewType) when IsReal(to) || !IsReal(from) => Call(nameof(Number), from.RawType, to.RawType),
            _ => null,
        };
    }

    /// <summary>How the text loader reads values of a type.</summary>
    public static ValueParser<T> Parser<T>() => (ValueParser<T>)(Delegate)(default(T) switch
    {
        bool => (ValueParser<bool>)ParseBoolean,
        float => (ValueParser<float>)ParseReal,
        double => (ValueParser<double>)ParseReal,
        sbyte => (ValueParser<sbyte>)ParseInteger,
        byte => (ValueParser<byte>)ParseInteger,
        short => (ValueParser<short>)ParseInteger,
        ushort => (ValueParser<ushort>)ParseInteger,
        int => (ValueParser<int>)ParseInteger,
        uint => (ValueParser<uint>)ParseInteger,
        long => (ValueParser<long>)ParseInteger,
        ulong => (ValueParser<ulong>)ParseInteger,
        _ => throw new NotSupportedException($"Reading {typeof(T).Name} from text needs the real Microsoft.ML package."),
    });

    private static bool IsReal(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    /// <summary>"", "?" and "NaN" are missing numbers; what is no number is refused.</summary>
    private static bool ParseReal<T>(ReadOnlySpan<char> text, IFormatProvider format, out T value) where T : IFloatingPointIeee754<T>
    {
        text = text.Trim();
        value = T.NaN;
        return text.IsEmpty || text is "?" || text.Equals("NaN", StringComparison.OrdinalIgnoreCase)
            || T.TryParse(text, NumberStyles.Float, format, out value);
    }

    private static bool ParseInteger<T>(ReadOnlySpan<char> text, IFormatProvider format, out T value) where T : INumber<T>
    {
        text = text.Trim();
        value = T.Zero;
        return text.IsEmpty || T.TryParse(text, NumberStyles.AllowLeadingSign, format, out value);
    }

    private static bool ParseBoolean(ReadOnlySpan<char> text, IFormatProvider format, out bool value)
    {
        text = text.Trim();
        value = IsAny(text, _trueTexts);
        return value || text.IsEmpty || IsAny(text, _falseTexts);
    }

    private static bool IsAny(ReadOnlySpan<char> text, string[] names)
    {
        foreach (var name in names)
        {
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static Delegate Call(string method, params Type[] types) =>
        DataViewTypes.CallGeneric<Delegate>(null, typeof(ValueConversions), method, types);

    private static ValueConversion<T, T> Identity<T>() => value => value;

    private static ValueConversion<TFrom, TTo> Number<TFrom, TTo>() where TFrom : INumber<TFrom> where TTo : INumber<TTo> =>
        TTo.CreateTruncating;

    /// <summary>No text is 0. What cannot be read is NaN, false, 0 for unsigned integers, and refused for signed ones.</summary>
    private static ValueConversion<ReadOnlyMemory<char>, T> Parse<T>()
    {
        var parse = Parser<T>();
        var refuses = typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(int) || typeof(T) == typeof(long);
        return text => text.IsEmpty ? default
            : parse(text.Span, CultureInfo.InvariantCulture, out var value) ? value
            : refuses ? throw new InvalidOperationException($"Value '{text}' could not be read as {typeof(T).Name}.")
            : Missing<T>();
    }

    private static ValueConversion<T, ReadOnlyMemory<char>> Format<T>() => value => (value switch
    {
        bool truth => truth ? "1" : "0",
        float number when float.IsNaN(number) => "?",
        double number when double.IsNaN(number) => "?",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    }).AsMemory();

    private static ValueConversion<bool, T> FromBoolean<T>() where T : INumber<T> => value => value ? T.One : T.Zero;

    private static ValueConversion<T, bool> ToBoolean<T>() where T : INumber<T> => value => value != T.Zero;
}
