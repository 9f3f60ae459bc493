using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>How the members of a class map to columns; made from its attributes, then open to change.</summary>
public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    public Column this[string columnName]
    {
        get => Find(column => column.ColumnName == columnName);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.ColumnName != columnName)
                throw new ArgumentException(
                    $"The column name is '{value.ColumnName}', but the selector is '{columnName}'.", nameof(columnName));
            var at = FindIndex(column => column.ColumnName == columnName);
            if (at < 0)
                Add(value);
            else
                this[at] = value;
        }
    }

    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        ArgumentNullException.ThrowIfNull(userType);
        var definition = new SchemaDefinition();
        foreach (var member in MembersOf(userType, direction))
        {
            var name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name;
            if (definition[name] != null)
                throw new ArgumentOutOfRangeException(nameof(userType), $"Duplicate column name '{name}' detected, this is disallowed");
            definition.Add(new(member.Name, TypeOf(member), name));
        }
        return definition;
    }

    private static IEnumerable<MemberInfo> MembersOf(Type type, Direction direction)
    {
        var fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance).Where(field => field.FieldType != typeof(IChannel));
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.PropertyType != typeof(IChannel) && p.GetIndexParameters().Length == 0)
            .Where(
                p => (direction.HasFlag(Direction.Read) && p.GetGetMethod() != null)
                    || (direction.HasFlag(Direction.Write) && p.GetSetMethod() != null));
        return fields.Concat<MemberInfo>(properties).Where(member => member.GetCustomAttribute<NoColumnAttribute>() == null);
    }

    private static DataViewType TypeOf(MemberInfo member)
    {
        var (item, isVector) = RowMember.ItemOf(member);
        var vector = member.GetCustomAttribute<VectorTypeAttribute>();
        if (vector != null && !isVector)
            throw new ArgumentOutOfRangeException(
                nameof(member), $"Member {member.Name} marked with {nameof(VectorTypeAttribute)}, but does not appear to be a vector type");
        var itemType = member.GetCustomAttribute<KeyTypeAttribute>() is { } key ? KeyOf(member, item, key) : DataViewTypes.Primitive(item);
        return isVector ? new VectorDataViewType(itemType, vector is { Dimensions.Length: > 0 } ? vector.Dimensions : [0]) : itemType;
    }

    private static KeyDataViewType KeyOf(MemberInfo member, Type item, KeyTypeAttribute key) =>
        KeyDataViewType.IsValidDataType(item)
            ? new KeyDataViewType(item, key.Count ?? Keys.MaxCount(item))
            : throw new ArgumentOutOfRangeException(
                nameof(member),
                $"Member {member.Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");

    [Flags]
    public enum Direction
    {
        Read = 1,
        Write = 2,
        Both = Read | Write,
    }

    public sealed class Column
    {
        private readonly List<(string Kind, DataViewType Type, Delegate Getter)> _annotations = [];

        internal Column(string memberName, DataViewType columnType, string columnName)
        {
            MemberName = memberName;
            ColumnType = columnType;
            ColumnName = columnName;
        }

        public string MemberName { get; }

        public string ColumnName { get; set; }

        public DataViewType ColumnType { get; set; }

        public DataViewSchema.Annotations Annotations
        {
            get
            {
                var builder = new DataViewSchema.Annotations.Builder();
                foreach (var (kind, type, getter) in _annotations)
                    builder.Add(kind, type, getter);
                return builder.ToAnnotations();
            }
        }

        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            ArgumentNullException.ThrowIfNull(kind);
            ArgumentNullException.ThrowIfNull(annotationType);
            if (_annotations.Exists(annotation => annotation.Kind == kind))
                throw new InvalidOperationException("Column already contains an annotation of this kind.");
            _annotations.Add((kind, annotationType, AnnotationGetters.Of(value, annotationType)));
        }

        /// <summary>Takes over the annotations of a column of a schema.</summary>
        internal void Take(DataViewSchema.Annotations annotations)
        {
            foreach (var column in annotations.Schema)
                _annotations.Add((column.Name, column.Type, annotations.GetterOf(column)));
        }
    }
}
