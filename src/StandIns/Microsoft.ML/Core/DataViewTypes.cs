using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>From .NET types to column types and back.</summary>
internal static class DataViewTypes
{
    private static readonly Dictionary<Type, PrimitiveDataViewType> _primitives = new()
    {
        [typeof(sbyte)] = NumberDataViewType.SByte,
        [typeof(byte)] = NumberDataViewType.Byte,
        [typeof(short)] = NumberDataViewType.Int16,
        [typeof(ushort)] = NumberDataViewType.UInt16,
        [typeof(int)] = NumberDataViewType.Int32,
        [typeof(uint)] = NumberDataViewType.UInt32,
        [typeof(long)] = NumberDataViewType.Int64,
        [typeof(ulong)] = NumberDataViewType.UInt64,
        [typeof(float)] = NumberDataViewType.Single,
        [typeof(double)] = NumberDataViewType.Double,
        [typeof(bool)] = BooleanDataViewType.Instance,
        [typeof(string)] = TextDataViewType.Instance,
        [typeof(ReadOnlyMemory<char>)] = TextDataViewType.Instance,
        [typeof(DateTime)] = DateTimeDataViewType.Instance,
        [typeof(DateTimeOffset)] = DateTimeOffsetDataViewType.Instance,
        [typeof(TimeSpan)] = TimeSpanDataViewType.Instance,
        [typeof(DataViewRowId)] = RowIdDataViewType.Instance,
    };

    public static PrimitiveDataViewType Primitive(Type type) =>
        TryPrimitive(type) ?? throw new ArgumentException($"{type} is not the type of a column.", nameof(type));

    public static PrimitiveDataViewType TryPrimitive(Type type) => _primitives.GetValueOrDefault(type);

    public static PrimitiveDataViewType Of(DataKind kind) => kind switch
    {
        DataKind.SByte => NumberDataViewType.SByte,
        DataKind.Byte => NumberDataViewType.Byte,
        DataKind.Int16 => NumberDataViewType.Int16,
        DataKind.UInt16 => NumberDataViewType.UInt16,
        DataKind.Int32 => NumberDataViewType.Int32,
        DataKind.UInt32 => NumberDataViewType.UInt32,
        DataKind.Int64 => NumberDataViewType.Int64,
        DataKind.UInt64 => NumberDataViewType.UInt64,
        DataKind.Single => NumberDataViewType.Single,
        DataKind.Double => NumberDataViewType.Double,
        DataKind.String => TextDataViewType.Instance,
        DataKind.Boolean => BooleanDataViewType.Instance,
        DataKind.TimeSpan => TimeSpanDataViewType.Instance,
        DataKind.DateTime => DateTimeDataViewType.Instance,
        DataKind.DateTimeOffset => DateTimeOffsetDataViewType.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown data kind."),
    };

    /// <summary>The type of one slot; a scalar is its own.</summary>
    public static DataViewType ItemType(this DataViewType type) => type is VectorDataViewType vector ? vector.ItemType : type;

    /// <summary>A column of other items with the same dimensions.</summary>
    public static DataViewType WithItems(this DataViewType type, PrimitiveDataViewType item) =>
        type is VectorDataViewType vector ? new VectorDataViewType(item, vector.Dimensions) : item;

    /// <summary>Calls a generic method of one type argument, chosen at run time, without wrapping its exceptions.</summary>
    public static TResult CallGeneric<TResult>(object target, Type owner, string method, Type typeArgument, params object[] arguments) =>
        CallGeneric<TResult>(target, owner, method, [typeArgument], arguments);

    /// <summary>Calls a generic method whose type arguments are chosen at run time.</summary>
    public static TResult CallGeneric<TResult>(object target, Type owner, string method, Type[] typeArguments, params object[] arguments) =>
        (TResult)owner.GetMethod(
            method, BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .MakeGenericMethod(typeArguments)
            .Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    /// <summary>The getter of a column whose type is known only at run time.</summary>
    public static Delegate GetterOf(DataViewRow row, DataViewSchema.Column column) =>
        CallGeneric<Delegate>(null, typeof(DataViewTypes), nameof(TypedGetter), column.Type.RawType, row, column);

    private static Delegate TypedGetter<T>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<T>(column);
}
