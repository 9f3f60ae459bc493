using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>A member of a row class together with the column it stands for.</summary>
internal sealed record RowMember(string ColumnName, DataViewType Type, MemberInfo Member, DataViewSchema.Annotations Annotations)
{
    public Type MemberType => TypeOf(Member);

    public static RowMember[] Of(Type rowType, SchemaDefinition definition) => definition.Select(column => Of(rowType, column)).ToArray();

    public static DataViewSchema SchemaOf(IEnumerable<RowMember> members)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(members.Select(member => new DataViewSchema.DetachedColumn(member.ColumnName, member.Type, member.Annotations)));
        return builder.ToSchema();
    }

    /// <summary>The .NET type of a column's items as a member holds them, text as memory, and whether the member holds many.</summary>
    public static (Type Item, bool IsVector) ItemOf(MemberInfo member)
    {
        var type = TypeOf(member);
        var isVector = type.IsArray || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>));
        var item = type.IsArray ? type.GetElementType() : isVector ? type.GetGenericArguments()[0] : type;
        item = item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item;
        return DataViewTypes.TryPrimitive(item) != null
            ? (item, isVector)
            : throw new ArgumentOutOfRangeException(
                nameof(member), $"Could not determine an IDataView type and registered custom types for member {member.Name}");
    }

    private static RowMember Of(Type rowType, SchemaDefinition.Column column)
    {
        var member = (MemberInfo)rowType.GetField(column.MemberName) ?? rowType.GetProperty(column.MemberName)
            ?? throw new ArgumentOutOfRangeException(
                nameof(column), $"No field or property with name '{column.MemberName}' found in type '{rowType.FullName}'");
        var (item, isVector) = ItemOf(member);
        var name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        var type = column.ColumnType ?? (isVector ? new VectorDataViewType(DataViewTypes.Primitive(item)) : DataViewTypes.Primitive(item));
        if (isVector != type is VectorDataViewType)
            throw new ArgumentOutOfRangeException(
                nameof(column),
                $"Column '{name}' is of type {type}, but member '{column.MemberName}' holds {(isVector ? "a vector" : "one value")}");
        if (type.ItemType().RawType != item)
            throw new ArgumentOutOfRangeException(
                nameof(column),
                $"Column '{name}' is supposed to have item type {type.ItemType().RawType}, but associated field has type {item}");
        return new(name, type, member, column.Annotations);
    }

    private static Type TypeOf(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;
}

/// <summary>Compiled access to the members of a row class.</summary>
internal static class Members<TRow>
{
    private static readonly ConcurrentDictionary<MemberInfo, Delegate> _getters = new();
    private static readonly ConcurrentDictionary<MemberInfo, Delegate> _setters = new();

    public static Func<TRow, T> Getter<T>(MemberInfo member) => (Func<TRow, T>)_getters.GetOrAdd(member, static member =>
    {
        var row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, T>>(Expression.MakeMemberAccess(row, member), row).Compile();
    });

    public static Action<TRow, T> Setter<T>(MemberInfo member) => (Action<TRow, T>)_setters.GetOrAdd(member, static member =>
    {
        var row = Expression.Parameter(typeof(TRow));
        var value = Expression.Parameter(typeof(T));
        return Expression.Lambda<Action<TRow, T>>(Expression.Assign(Expression.MakeMemberAccess(row, member), value), row, value).Compile();
    });
}
