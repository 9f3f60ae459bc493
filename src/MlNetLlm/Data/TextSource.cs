using System.IO.Compression;
using System.Text;

namespace MlNetLlm.Data;

/// <summary>
/// Opens text files, plain or gzip, and reads them in bounded pieces: a hostile file cannot make it allocate without limit.
/// </summary>
internal static class TextSource
{
    /// <summary>The longest line or document, in characters.</summary>
    public const int MaxCharacters = 256 << 20;

    private const string Packed = ".gz";

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files a path stands for: itself, or a folder's files with one of the endings (or the ending and .gz) by name.</summary>
    public static IReadOnlyList<string> Files(string path, params string[] endings)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"'{path}' is neither a file nor a folder.");
        var found = Directory.EnumerateFiles(path)
            .Where(file => IsOneOf(file, endings))
            .Order(StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found
            : throw new FileNotFoundException($"Folder '{path}' has no file that ends in {string.Join(
                ", ", endings)}, with or without .gz.");
    }

    /// <summary>Whether a file's name ends in one of the endings, or in the ending and .gz.</summary>
    public static bool IsOneOf(string file, params ReadOnlySpan<string> endings)
    {
        var plain = file.EndsWith(Packed, StringComparison.Ordinal) ? file[..^Packed.Length] : file;
        foreach (var ending in endings)
            if (plain.EndsWith(ending, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>A file's lines without their ends, one by one.</summary>
    public static IEnumerable<string> Lines(string path)
    {
        using var reader = Reader(path);
        var line = new StringBuilder();
        var buffer = new char[1 << 14];
        for (var (begun, afterReturn) = (false, false); ;)
        {
            var count = Read(reader, buffer, path);
            if (count == 0)
            {
                if (begun)
                    yield return line.ToString();
                yield break;
            }
            var from = 0;
            while (from < count)
            {
                if (afterReturn && buffer[from] == '\n')   // the second half of a Windows line end
                    from++;
                afterReturn = false;
                var length = buffer.AsSpan(from, count - from).IndexOfAny('\n', '\r');
                line.Append(buffer, from, length < 0 ? count - from : length);
                begun = from < count;
                Bound(line.Length, path);
                if (length < 0)
                    break;
                yield return line.ToString();
                line.Clear();
                begun = false;
                from += length;
                afterReturn = buffer[from++] == '\r';
            }
        }
    }

    /// <summary>A file's whole text.</summary>
    public static string Document(string path)
    {
        using var reader = Reader(path);
        var text = new StringBuilder();
        var buffer = new char[1 << 14];
        for (int count; (count = Read(reader, buffer, path)) > 0;)
        {
            text.Append(buffer, 0, count);
            Bound(text.Length, path);
        }
        return text.ToString();
    }

    /// <summary>A file's paragraphs: lines between blank lines, joined by line feeds.</summary>
    public static IEnumerable<string> Paragraphs(string path)
    {
        var paragraph = new StringBuilder();
        foreach (var line in Lines(path))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                Bound(paragraph.Length + line.Length, path);
                paragraph.Append(paragraph.Length == 0 ? "" : "\n").Append(line);
            }
            else if (paragraph.Length > 0)
            {
                yield return paragraph.ToString();
                paragraph.Clear();
            }
        }
        if (paragraph.Length > 0)
            yield return paragraph.ToString();
    }

    /// <summary>Opens a file's bytes, unpacked.</summary>
    public static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return path.EndsWith(Packed, StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static StreamReader Reader(string path) => new(Open(path), _strict, detectEncodingFromByteOrderMarks: true, 1 << 16);

    private static int Read(StreamReader reader, char[] buffer, string path)
    {
        try
        {
            return reader.Read(buffer, 0, buffer.Length);
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidDataException($"'{path}' is not UTF-8 text: {error.Message}", error);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"'{path}' is damaged: {error.Message}", error);
        }
    }

    private static void Bound(int characters, string path)
    {
        if (characters > MaxCharacters)
            throw new InvalidDataException(
                $"'{path}' has a row of more than {MaxCharacters} characters. Split it, or read a smaller unit.");
    }
}
