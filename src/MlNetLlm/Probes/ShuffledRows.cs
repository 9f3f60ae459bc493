namespace MlNetLlm.Probes;

/// <summary>Rows one after another in the order of a <see cref="RowOrder"/>, epoch after epoch, without end.</summary>
internal sealed class ShuffledRows : IDisposable
{
    private readonly ProbeRows _rows;
    private readonly IEnumerator<RowWindow> _windows;
    private float[] _window = [];
    private long[] _numbers = [];
    private int _next;

    public ShuffledRows(ProbeRows rows, RowOrder order) => (_rows, _windows) = (rows, order.Windows().GetEnumerator());

    /// <summary>The next row; valid until the one after it is asked for.</summary>
    public ReadOnlySpan<float> Next()
    {
        if (_next == _numbers.Length) Advance();
        var number = _numbers[_next++];
        return _rows.InMemory ? _rows.Row(number) : _window.AsSpan((int)number * _rows.Width, _rows.Width);
    }

    public void Dispose() => _windows.Dispose();

    // Numbers of rows in memory, or in the window read from the file.
    private void Advance()
    {
        _windows.MoveNext();
        var (ranges, order) = _windows.Current;
        var numbers = new long[order.Length];
        var at = 0;
        foreach (var range in ranges)
            for (var i = 0; i < range.Count; i++) numbers[at++] = _rows.InMemory ? range.First + i : at - 1;
        if (!_rows.InMemory) ReadWindow(ranges, order.Length);
        _numbers = [.. order.Select(place => numbers[place])];
        _next = 0;
    }

    private void ReadWindow(IReadOnlyList<RowRange> ranges, int count)
    {
        if (_window.Length < count * _rows.Width) _window = new float[count * _rows.Width];
        var at = 0;
        foreach (var range in ranges)
        {
            _rows.Read(range, _window.AsSpan(at * _rows.Width));
            at += range.Count;
        }
    }
}
