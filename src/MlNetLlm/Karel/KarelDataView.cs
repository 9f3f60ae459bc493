using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Karel;

/// <summary>
/// A stretch of generated tasks as ML.NET data. Rows are drawn when they are read, each from its own seed: nothing is held, reading again
/// gives the same rows, and a set of cursors draws in parallel.
/// <list type="table">
/// <listheader><term>Column</term><description>Content</description></listheader>
/// <item>
/// <term>Index (Int64)</term>
/// <description>place in the stream; <see cref="KarelGenerator.Draw(long)"/> gives the whole task</description>
/// </item>
/// <item>
/// <term>Length (Int32)</term>
/// <description>operations of the reference program</description>
/// </item>
/// <item>
/// <term>Prompt, Program (text)</term>
/// <description>the paper's text up to the program, and the program; joined, one sample</description>
/// </item>
/// <item>
/// <term>Operations (vector of Byte)</term>
/// <description>the reference program as <see cref="KarelOperation"/> values</description>
/// </item>
/// <item>
/// <term>Tokens (vector of Int32)</term>
/// <description>prompt and program in the encoding asked for, end token included</description>
/// </item>
/// <item>
/// <term>PromptLength (Int32)</term>
/// <description>how many of the tokens are prompt</description>
/// </item>
/// <item>
/// <term>GridFeatures (vector of Int32)</term>
/// <description>features of all shown worlds, one after the other: input 0, output 0, input 1 …</description>
/// </item>
/// <item>
/// <term>GridOffsets (vector of Int32, two an example)</term>
/// <description>where each world's features start in GridFeatures</description>
/// </item>
/// </list>
/// Rows are independent draws, so shuffling is neither offered nor needed.
/// </summary>
public sealed class KarelDataView : IDataView
{
    internal const int RowsPerBatch = 64;
    private readonly long _count;

    /// <summary>Describes the rows.</summary>
    /// <param name="generator">Draws the tasks.</param>
    /// <param name="count">Rows.</param>
    /// <param name="encoding">What Tokens holds; null: <see cref="KarelTextEncoding"/>.</param>
    /// <param name="gridFeatures">What GridFeatures holds; null: the default features of the generator's size.</param>
    /// <param name="start">Index of the first row in the generator's stream.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the start is negative.</exception>
    public KarelDataView(
        KarelGenerator generator, long count, IKarelEncoding? encoding = null, KarelGridFeatures? gridFeatures = null, long start = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        (Generator, _count, Start) = (generator, count, start);
        Encoding = encoding ?? KarelTextEncoding.Instance;
        GridFeatures = gridFeatures ?? new KarelGridFeatures(generator.Options.InteriorSize);
        Schema = Columns(generator.Options.Examples);
    }

    /// <summary>Draws the tasks.</summary>
    public KarelGenerator Generator { get; }

    /// <summary>What the column Tokens holds.</summary>
    public IKarelEncoding Encoding { get; }

    /// <summary>What the column GridFeatures holds.</summary>
    public KarelGridFeatures GridFeatures { get; }

    /// <summary>Index of the first row in the generator's stream.</summary>
    public long Start { get; }

    /// <inheritdoc/>
    public bool CanShuffle => false;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public long? GetRowCount() => _count;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new KarelCursor(this, _count, columnsNeeded, worker: 0, workers: 1);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. Enumerable.Range(0, Math.Max(1, n)).Select(worker => new KarelCursor(this, _count, columns, worker, Math.Max(1, n)))];
    }

    private static DataViewSchema Columns(int examples)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Index", NumberDataViewType.Int64);
        builder.AddColumn("Length", NumberDataViewType.Int32);
        builder.AddColumn("Prompt", TextDataViewType.Instance);
        builder.AddColumn("Program", TextDataViewType.Instance);
        builder.AddColumn("Operations", new VectorDataViewType(NumberDataViewType.Byte));
        builder.AddColumn("Tokens", new VectorDataViewType(NumberDataViewType.Int32));
        builder.AddColumn("PromptLength", NumberDataViewType.Int32);
        builder.AddColumn("GridFeatures", new VectorDataViewType(NumberDataViewType.Int32));
        builder.AddColumn("GridOffsets", new VectorDataViewType(NumberDataViewType.Int32, 2 * examples));
        return builder.ToSchema();
    }
}
