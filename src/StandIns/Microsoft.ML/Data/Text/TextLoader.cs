using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads lines of separated fields as rows.</summary>
public sealed partial class TextLoader : IDataLoader<IMultiStreamSource>
{
    private readonly Options _options;
    private readonly TextColumn[] _columns;
    private readonly DataViewSchema _schema;

    internal TextLoader(Options options, IMultiStreamSource sample)
    {
        if (options.AllowSparse)
            throw new NotSupportedException("Sparse rows (AllowSparse) need the real Microsoft.ML package.");
        if (options.Columns is not { Length: > 0 })
            throw new ArgumentException(
                "The text loader needs columns; inferring them needs the real Microsoft.ML package.", nameof(options));
        _options = options;
        var first = FirstLine(sample);
        var header = options.HasHeader ? first : null;
        _columns = Array.ConvertAll(options.Columns, column => TextColumn.Create(column, options.InputSize ?? first?.Length, header));
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(_columns.Select(column => column.Column));
        _schema = builder.ToSchema();
    }

    public DataViewSchema GetOutputSchema() => _schema;

    public IDataView Load(IMultiStreamSource source) =>
        new TextView(_schema, _columns, _options, source ?? throw new ArgumentNullException(nameof(source)));

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException("Saving a data loader needs the real Microsoft.ML package.");

    /// <summary>Options whose columns are the members of a class that say where they are loaded from.</summary>
    internal static Options OptionsFor<TInput>(Options options)
    {
        var members = typeof(TInput).GetFields(BindingFlags.Public | BindingFlags.Instance).Concat<MemberInfo>(
            typeof(TInput).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => p.GetGetMethod() != null && p.GetSetMethod() != null && p.GetIndexParameters().Length == 0));
        return new()
        {
            AllowQuoting = options.AllowQuoting,
            AllowSparse = options.AllowSparse,
            InputSize = options.InputSize,
            Separators = options.Separators,
            DecimalMarker = options.DecimalMarker,
            TrimWhitespace = options.TrimWhitespace,
            HasHeader = options.HasHeader,
            UseThreads = options.UseThreads,
            ReadMultilines = options.ReadMultilines,
            HeaderFile = options.HeaderFile,
            MaxRows = options.MaxRows,
            EscapeChar = options.EscapeChar,
            MissingRealsAsNaNs = options.MissingRealsAsNaNs,
            Columns = members.Where(member => member.GetCustomAttribute<NoColumnAttribute>() == null).Select(ColumnOf).ToArray(),
        };
    }

    private static Column ColumnOf(MemberInfo member)
    {
        var load = member.GetCustomAttribute<LoadColumnAttribute>()
            ?? throw new InvalidOperationException(
                $"Field or property {member.Name} is missing the {nameof(LoadColumnAttribute)} attribute");
        var (item, _) = RowMember.ItemOf(member);
        var kind = Enum.GetValues<DataKind>().First(kind => DataViewTypes.Of(kind).RawType == item);
        var key = member.GetCustomAttribute<KeyTypeAttribute>();
        return new(member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name, kind, load.Sources,
            key == null ? null : new KeyCount(key.Count ?? Keys.MaxCount(item)));
    }

    private string[] FirstLine(IMultiStreamSource sample)
    {
        if (_options.HeaderFile != null)
            sample = new MultiFileSource(_options.HeaderFile);
        if (sample is not { Count: > 0 })
            return null;
        using var reader = new LineReader(sample, _options, skipHeader: false);
        return reader.MoveNext() ? Enumerable.Range(0, reader.Count).Select(i => reader[i].ToString()).ToArray() : null;
    }
}
