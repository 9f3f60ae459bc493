using System.Collections;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>What an estimator promises about a schema before it is fitted: names and kinds, not sizes.</summary>
public sealed class SchemaShape : IReadOnlyList<SchemaShape.Column>
{
    private readonly Column[] _columns;

    public SchemaShape(IEnumerable<Column> columns) =>
        _columns = (columns ?? throw new ArgumentNullException(nameof(columns))).ToArray();

    private static SchemaShape Empty { get; } = new([]);

    public int Count => _columns.Length;

    public Column this[int index] => _columns[index];

    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static SchemaShape Create(DataViewSchema schema) =>
        new(
            schema.Where(column => !column.IsHidden)
                .Select(column => Column.Create(column.Name, column.Type, Create(column.Annotations.Schema))));

    internal bool TryFindColumn(string name, out Column column)
    {
        var index = Array.FindIndex(_columns, c => c.Name == name);
        column = index < 0 ? default : _columns[index];
        return index >= 0;
    }

    /// <summary>The column a component needs, or an error that names it.</summary>
    internal Column Find(string name) =>
        TryFindColumn(name, out var column)
            ? column
            : throw new ArgumentOutOfRangeException(
                nameof(name), $"Could not find input column '{name}'; there are {string.Join(", ", _columns.Select(c => $"'{c.Name}'"))}.");

    /// <summary>Those of the annotations whose names are given.</summary>
    internal IEnumerable<Column> Only(params string[] names) => _columns.Where(column => names.Contains(column.Name));

    /// <summary>These columns, with the given ones replacing those of the same name or added at the end.</summary>
    internal SchemaShape With(params Column[] added)
    {
        var result = _columns.ToList();
        foreach (var column in added)
        {
            var at = result.FindIndex(c => c.Name == column.Name);
            if (at < 0)
                result.Add(column);
            else
                result[at] = column;
        }
        return new(result);
    }

    public struct Column
    {
        public readonly string Name;
        public readonly VectorKind Kind;
        public readonly DataViewType ItemType;
        public readonly bool IsKey;
        public readonly SchemaShape Annotations;

        internal Column(string name, VectorKind kind, DataViewType itemType, bool isKey, SchemaShape annotations = null)
        {
            Name = name;
            Kind = kind;
            ItemType = itemType;
            IsKey = isKey;
            Annotations = annotations ?? Empty;
        }

        internal static Column Create(string name, DataViewType type, SchemaShape annotations = null)
        {
            var vector = type as VectorDataViewType;
            var kind = vector == null ? VectorKind.Scalar : vector.IsKnownSize ? VectorKind.Vector : VectorKind.VariableVector;
            var item = type.ItemType();
            return item is KeyDataViewType
                ? new(name, kind, DataViewTypes.Primitive(item.RawType), true, annotations)
                : new(name, kind, item, false, annotations);
        }

        /// <summary>The shapes of annotations that components add.</summary>
        internal static Column SlotNames => new(AnnotationKinds.SlotNames, VectorKind.Vector, TextDataViewType.Instance, false);

        internal static Column IsNormalized => new(AnnotationKinds.IsNormalized, VectorKind.Scalar, BooleanDataViewType.Instance, false);

        internal static Column KeyValues(DataViewType itemType) => new(AnnotationKinds.KeyValues, VectorKind.Vector, itemType, false);

        internal string TypeString => Kind switch
        {
            VectorKind.Scalar => IsKey ? $"Key<{ItemType}>" : $"{ItemType}",
            VectorKind.Vector => IsKey ? $"Vector<Key<{ItemType}>>" : $"Vector<{ItemType}>",
            _ => IsKey ? $"VarVector<Key<{ItemType}>>" : $"VarVector<{ItemType}>",
        };

        internal Column Renamed(string name) => new(name, Kind, ItemType, IsKey, Annotations);

        public enum VectorKind
        {
            Scalar,
            Vector,
            VariableVector,
        }
    }
}
