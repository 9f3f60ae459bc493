using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>How column types and schemas, annotations included, stand in a model file.</summary>
internal static class ModelSchema
{
    // 1 to 15 are the values of DataKind.
    private const byte RowId = 16;
    private const byte Key = 32;
    private const byte Vector = 64;

    /// <summary>Annotations of annotations go no deeper than this.</summary>
    private const int MostDepth = 4;

    public static void Write(ModelWriter writer, DataViewSchema schema)
    {
        writer.Write(schema.Count);
        foreach (var column in schema)
        {
            writer.WriteText(column.Name);
            WriteType(writer, column.Type);
            Write(writer, column.Annotations.Schema);
            foreach (var annotation in column.Annotations.Schema)
                Write(writer, column.Annotations, annotation);
        }
    }

    public static DataViewSchema Read(ModelReader reader, int depth = 0)
    {
        if (depth > MostDepth)
            throw new InvalidDataException($"The schema in the model file has annotations more than {MostDepth} levels deep.");
        var builder = new DataViewSchema.Builder();
        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            var name = reader.ReadText();
            var type = ReadType(reader);
            var annotations = new DataViewSchema.Annotations.Builder();
            foreach (var annotation in Read(reader, depth + 1))
                annotations.Add(annotation.Name, annotation.Type, ReadValue(reader, annotation.Type), annotation.Annotations);
            builder.AddColumn(name, type, annotations.ToAnnotations());
        }
        return builder.ToSchema();
    }

    public static void WriteType(ModelWriter writer, DataViewType type)
    {
        switch (type)
        {
            case VectorDataViewType vector:
                writer.Write(Vector);
                writer.WriteItems<int>(vector.Dimensions.AsSpan());
                WriteType(writer, vector.ItemType);
                break;
            case KeyDataViewType key:
                writer.Write(Key);
                WriteType(writer, DataViewTypes.Primitive(key.RawType));
                writer.Write(key.Count);
                break;
            case RowIdDataViewType:
                writer.Write(RowId);
                break;
            default:
                writer.Write((byte)KindOf(type));
                break;
        }
    }

    public static DataViewType ReadType(ModelReader reader)
    {
        switch (reader.ReadByte())
        {
            case Vector:
                var dimensions = reader.ReadItems<int>().ToImmutableArray();
                return new VectorDataViewType(ReadPrimitive(reader), dimensions);
            case Key:
                var raw = ReadPrimitive(reader).RawType;
                return new KeyDataViewType(raw, reader.ReadUInt64());
            case RowId:
                return RowIdDataViewType.Instance;
            case var kind:
                return DataViewTypes.Of((DataKind)kind);
        }
    }

    private static PrimitiveDataViewType ReadPrimitive(ModelReader reader) =>
        ReadType(reader) as PrimitiveDataViewType ?? throw new InvalidDataException("The model file has a vector of vectors.");

    private static DataKind KindOf(DataViewType type) =>
        Enum.GetValues<DataKind>().Cast<DataKind?>().FirstOrDefault(kind => DataViewTypes.Of(kind.Value).Equals(type))
        ?? throw new NotSupportedException($"Saving a column of type {type} needs the real Microsoft.ML package.");

    private static void Write(ModelWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        var method = annotation.Type is VectorDataViewType ? nameof(WriteVector) : nameof(WriteScalar);
        var item = annotation.Type.ItemType().RawType;
        DataViewTypes.CallGeneric<object>(null, typeof(ModelSchema), method, item, writer, annotations, annotation);
    }

    private static object WriteScalar<T>(ModelWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        T value = default;
        annotations.GetGetter<T>(annotation)(ref value);
        writer.WriteItems<T>([value]);
        return null;
    }

    private static object WriteVector<T>(ModelWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        VBuffer<T> values = default;
        annotations.GetGetter<VBuffer<T>>(annotation)(ref values);
        values.CopyToDense(ref values);
        writer.WriteItems(values.GetValues());
        return null;
    }

    private static Delegate ReadValue(ModelReader reader, DataViewType type) =>
        DataViewTypes.CallGeneric<Delegate>(null, typeof(ModelSchema),
            type is VectorDataViewType ? nameof(ReadVector) : nameof(ReadScalar), type.ItemType().RawType, reader);

    private static Delegate ReadScalar<T>(ModelReader reader) => AnnotationGetters.OfScalar(ReadOne<T>(reader));

    private static T ReadOne<T>(ModelReader reader) =>
        reader.ReadItems<T>() is [var value]
            ? value
            : throw new InvalidDataException("The model file has several values for a scalar annotation.");

    private static Delegate ReadVector<T>(ModelReader reader) => AnnotationGetters.OfArray(reader.ReadItems<T>());
}
