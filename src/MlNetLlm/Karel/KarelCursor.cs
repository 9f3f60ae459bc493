using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Karel;

/// <summary>
/// Reads every <c>workers</c>-th batch of rows, starting with batch <c>worker</c>. Batches are numbered in the order of the rows, so that
/// a set of cursors can be put back into that order.
/// </summary>
internal sealed class KarelCursor : DataViewRowCursor
{
    private readonly KarelDataView _view;
    private readonly long _count;
    private readonly int _worker, _workers;
    private readonly bool[] _active;
    private readonly KarelTask _task;
    private readonly int[] _features, _offsets;
    private readonly StringBuilder _text = new();
    private long _position = -1, _row = -1;
    private int _featureCount;

    public KarelCursor(KarelDataView view, long count, IEnumerable<DataViewSchema.Column> columns, int worker, int workers)
    {
        (_view, _count, _worker, _workers) = (view, count, worker, workers);
        _active = new bool[view.Schema.Count];
        foreach (var column in columns) _active[Own(column).Index] = true;
        var options = view.Generator.Options;
        _task = new KarelTask(options);
        _offsets = new int[2 * options.Examples];
        _features = new int[_offsets.Length * view.GridFeatures.MaxPerWorld];
    }

    public override DataViewSchema Schema => _view.Schema;

    public override long Position => _position;

    public override long Batch => _row / KarelDataView.RowsPerBatch;

    public override bool MoveNext()
    {
        if (_row >= _count) return false;
        bool startsBatch = (_row + 1) % KarelDataView.RowsPerBatch == 0;
        _row = _row < 0 ? (long)_worker * KarelDataView.RowsPerBatch
            : startsBatch ? _row + 1 + (long)(_workers - 1) * KarelDataView.RowsPerBatch : _row + 1;
        if (_row >= _count)
        {
            (_row, _position) = (_count, -1);
            return false;
        }

        _position++;
        _view.Generator.Draw(_view.Start + _row, _task);
        _featureCount = -1;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[Own(column).Index];

    public override ValueGetter<DataViewRowId> GetIdGetter()
        => (ref DataViewRowId value) => value = new DataViewRowId((ulong)(_view.Start + Current()), 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentException($"Column '{column.Name}' was not asked for when this cursor was made.", nameof(column));
        return Getter(column.Name) as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Column '{column.Name}' holds {column.Type.RawType.Name} values; a getter of {typeof(TValue).Name} cannot read them.");
    }

    private Delegate Getter(string column) => column switch
    {
        "Index" => (ValueGetter<long>)((ref long value) => value = _view.Start + Current()),
        "Length" => (ValueGetter<int>)((ref int value) => value = Task().Program.Length),
        "Prompt" => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = PromptText().AsMemory()),
        "Program" => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = ProgramText().AsMemory()),
        "Operations" => (ValueGetter<VBuffer<byte>>)GetOperations,
        "Tokens" => (ValueGetter<VBuffer<int>>)GetTokens,
        "PromptLength" => (ValueGetter<int>)((ref int value) => value = _view.Encoding.PromptLength(Task().Examples)),
        "GridFeatures" => (ValueGetter<VBuffer<int>>)((ref VBuffer<int> value) => Copy(Features(), ref value)),
        _ => (ValueGetter<VBuffer<int>>)((ref VBuffer<int> value) => Copy(Offsets(), ref value)),
    };

    private void GetOperations(ref VBuffer<byte> value)
    {
        var program = Task().Program;
        var editor = VBufferEditor.Create(ref value, program.Length);
        for (int i = 0; i < program.Length; i++) editor.Values[i] = (byte)program[i];
        value = editor.Commit();
    }

    private void GetTokens(ref VBuffer<int> value)
    {
        var (task, encoding) = (Task(), _view.Encoding);
        int prompt = encoding.PromptLength(task.Examples);
        var editor = VBufferEditor.Create(ref value, prompt + encoding.ProgramLength(task.Program.Length));
        encoding.WritePrompt(task.ShownInputs, task.ShownOutputs, editor.Values[..prompt]);
        encoding.WriteProgram(task.Program, editor.Values[prompt..]);
        value = editor.Commit();
    }

    private string PromptText()
    {
        var task = Task();
        Span<int> tokens = stackalloc int[KarelTextEncoding.Instance.PromptLength(task.Examples)];
        KarelTextEncoding.Instance.WritePrompt(task.ShownInputs, task.ShownOutputs, tokens);
        return Join(tokens);
    }

    private string ProgramText()
    {
        var task = Task();
        Span<int> tokens = stackalloc int[KarelTextEncoding.Instance.ProgramLength(task.Program.Length)];
        KarelTextEncoding.Instance.WriteProgram(task.Program, tokens);
        return Join(tokens);
    }

    private string Join(ReadOnlySpan<int> tokens)
    {
        _text.Clear();
        foreach (int token in tokens) _text.Append(KarelTextEncoding.Instance.Words[token]);
        return _text.ToString();
    }

    private ReadOnlySpan<int> Features()
    {
        Offsets();
        return _features.AsSpan(0, _featureCount);
    }

    // Lists the features once a row, for whichever of the two columns is read first.
    private ReadOnlySpan<int> Offsets()
    {
        var task = Task();
        if (_featureCount >= 0) return _offsets;
        _featureCount = 0;
        for (int i = 0; i < _offsets.Length; i++)
        {
            _offsets[i] = _featureCount;
            ref readonly var world = ref (i % 2 == 0 ? ref task.ShownInputs[i / 2] : ref task.ShownOutputs[i / 2]);
            _featureCount += _view.GridFeatures.Write(world, _features.AsSpan(_featureCount));
        }

        return _offsets;
    }

    private static void Copy(ReadOnlySpan<int> source, ref VBuffer<int> value)
    {
        var editor = VBufferEditor.Create(ref value, source.Length);
        source.CopyTo(editor.Values);
        value = editor.Commit();
    }

    private DataViewSchema.Column Own(DataViewSchema.Column column)
        => column.Index < Schema.Count && Schema[column.Index].Name == column.Name ? column : throw new ArgumentException(
            $"Column '{column.Name}' is not of this data; it has {string.Join(", ", Schema.Select(own => $"'{own.Name}'"))}.",
            nameof(column));

    private KarelTask Task()
    {
        Current();
        return _task;
    }

    private long Current() => _position >= 0 ? _row : throw new InvalidOperationException(
        "The cursor is before its first row or behind its last. Call MoveNext, and read values only while it returns true.");
}
