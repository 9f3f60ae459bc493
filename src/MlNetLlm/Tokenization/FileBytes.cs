using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>The content of one file, and refusals that name it.</summary>
internal sealed class FileBytes(string name, ReadOnlyMemory<byte> content)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Name => name;

    public ReadOnlyMemory<byte> Content => content;

    /// <summary>Reads a whole file, unpacks gzip, and never holds more than the limit.</summary>
    public static FileBytes Read(string path, TokenizerLimits limits)
    {
        using var file = File.OpenRead(path);
        var head = new byte[2];
        var isGzip = file.ReadAtLeast(head, 2, throwOnEndOfStream: false) == 2 && head is [0x1f, 0x8b];
        file.Position = 0;
        using var unpacked = isGzip ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        return new FileBytes(path, ReadAtMost(unpacked, path, limits.MaxFileBytes));
    }

    /// <summary>Refuses the file unless a condition holds.</summary>
    public void Require([DoesNotReturnIf(false)] bool condition, string otherwise)
    {
        if (!condition)
            throw Wrong(otherwise);
    }

    /// <summary>Refuses the file if tokens that are searched for in texts pass the limits.</summary>
    public void RequireSearchable(IEnumerable<string> tokens, TokenizerLimits limits)
    {
        var sum = 0L;
        foreach (var token in tokens)
            if (token.Length > limits.MaxSearchedTokenLength || (sum += token.Length) > limits.MaxSearchedLength)
                throw Wrong(
                    $"its tokens pass {limits.MaxSearchedTokenLength} characters each or {limits.MaxSearchedLength} in all");
    }

    /// <summary>The refusal of this file.</summary>
    public InvalidDataException Wrong(string what, Exception? inner = null)
        => new($"Cannot read the tokenizer file '{name}': {what.TrimEnd('.')}.", inner);

    /// <summary>Strictly decoded text.</summary>
    public string Utf8(ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Wrong($"{what} is not UTF-8", e);
        }
    }

    private static byte[] ReadAtMost(Stream stream, string path, int limit)
    {
        var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = ReadSome(stream, buffer, path)) > 0;)
        {
            if (content.Length + read > limit)
                throw new InvalidDataException(
                    $"Cannot read the tokenizer file '{path}': it has more than {limit} bytes. Raise MaxFileBytes to allow it.");
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }

    private static int ReadSome(Stream stream, byte[] buffer, string path)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"Cannot read the tokenizer file '{path}': its gzip data is damaged.", e);
        }
    }
}
