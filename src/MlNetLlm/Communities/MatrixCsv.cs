using System.Globalization;
using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Communities;

/// <summary>Named matrices as comma-separated text: a header of column names, then lines of a row name and its numbers.</summary>
/// <remarks>Names with a comma, a quote or a line break stand in quotes. Numbers are written so that they read back bit for bit.</remarks>
internal static class MatrixCsv
{
    /// <summary>Largest file that is read.</summary>
    public const long MaxBytes = 256L << 20;

    public static void Write(IFileSystem fileSystem, string path, NamedMatrix matrix) => AtomicFile.Write(fileSystem, path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(string.Join(',', matrix.Columns.Prepend("").Select(Quoted)));
        var line = new StringBuilder();
        for (var i = 0; i < matrix.Rows.Count; i++)
        {
            line.Clear().Append(Quoted(matrix.Rows[i]));
            for (var j = 0; j < matrix.Columns.Count; j++)
                line.Append(',').Append(matrix.Values[i, j].ToString("R", CultureInfo.InvariantCulture));
            writer.WriteLine(line);
        }
    });

    public static NamedMatrix Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > MaxBytes)
            throw new InvalidDataException($"'{path}' has {length} bytes; at most {MaxBytes} are read as a matrix.");
        var text = File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: false));
        var position = 0;
        if (!TryReadLine(text, ref position, path, 1, out var header) || header[0].Length > 0)
            throw new InvalidDataException($"'{path}', line 1: expected an empty cell, then the column names.");
        var (rows, cells) = (new List<string>(), new List<double>());
        while (TryReadLine(text, ref position, path, rows.Count + 2, out var line))
        {
            if (line.Count != header.Count)
                throw new InvalidDataException($"'{path}', line {rows.Count + 2}: {line.Count} cells; the header has {header.Count}.");
            for (var j = 1; j < line.Count; j++)
                cells.Add(Number(line[j], path, rows.Count + 2, header[j]));
            rows.Add(line[0]);
        }

        return Named(rows, [.. header.Skip(1)], cells, path);
    }

    private static NamedMatrix Named(List<string> rows, List<string> columns, List<double> cells, string path)
    {
        var values = new double[rows.Count, columns.Count];
        for (var i = 0; i < cells.Count; i++)
            values[i / columns.Count, i % columns.Count] = cells[i];
        try
        {
            return new NamedMatrix(rows, columns, values);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"'{path}': {error.Message}", error);
        }
    }

    private static double Number(string cell, string path, int line, string column)
        => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new InvalidDataException($"'{path}', line {line}, column '{column}': '{cell}' is not a finite number.");

    private static string Quoted(string name)
        => name.AsSpan().IndexOfAny(",\"\r\n") < 0 ? name : $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>Reads the cells of one record; false at the end of the text.</summary>
    private static bool TryReadLine(string text, ref int position, string path, int line, out List<string> cells)
    {
        cells = [];
        if (position >= text.Length)
            return false;
        while (true)
        {
            cells.Add(ReadCell(text, ref position, path, line));
            if (position >= text.Length || text[position] != ',')
                break;
            position++;
        }

        if (position < text.Length && text[position] == '\r')
            position++;
        if (position < text.Length && text[position++] != '\n')
            throw new InvalidDataException($"'{path}', record {line}: text follows a closing quote. Double the quotes inside a name.");
        return true;
    }

    private static string ReadCell(string text, ref int position, string path, int line)
    {
        if (position >= text.Length || text[position] != '"')
        {
            var end = text.AsSpan(position).IndexOfAny(",\r\n");
            var cell = end < 0 ? text[position..] : text.Substring(position, end);
            position += cell.Length;
            return cell;
        }

        var name = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] != '"')
                name.Append(text[position]);
            else if (position + 1 < text.Length && text[position + 1] == '"')
                name.Append(text[position++]);
            else
            {
                position++;
                return name.ToString();
            }
        }

        throw new InvalidDataException($"'{path}', record {line}: a quoted name has no closing quote.");
    }
}
