using System.Buffers.Binary;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Persistence;

namespace MlNetLlm.Tokenization;

/// <summary>Reads tokenizers of any known kind, told apart by content, and saves them beside a model.</summary>
/// <remarks>
/// Known: Hugging Face's <c>tokenizer.json</c> (byte-pair models that know all bytes), GPT-2's <c>vocab.json</c> with <c>merges.txt</c> (or
/// <c>encoder.json</c> with <c>vocab.bpe</c>), SentencePiece's <c>tokenizer.model</c>, llama2.c's <c>tokenizer.bin</c>,
/// and the <c>vocabulary.json</c> of a <see cref="VocabularyTokenizer"/>. Gzip is unpacked.
/// Where a folder has a <c>tokenizer.json</c> of another kind and a <c>tokenizer.model</c>, the latter counts.
/// Files are taken as hostile: sizes and depths are checked before memory is taken, and whatever is wrong gives an
/// <see cref="InvalidDataException"/> that names the file. Reading never runs anything from a file.
/// </remarks>
public static class TokenizerFile
{
    private const int MaxLlama2CTokenLength = 1 << 16;         // the first four bytes of JSON or of a SentencePiece model are far above

    private const string ModelName = SentencePieceModelTokenizer.FileName;

    /// <summary>In the order in which a folder is searched; some folders hold several files for one tokenizer.</summary>
    private static readonly string[] Names =
        [VocabularyTokenizer.FileName, "tokenizer.json", ModelName, "tokenizer.bin", "vocab.json", "encoder.json", "tok*.bin"];

    /// <summary>Reads the tokenizer of a model folder, or a tokenizer file.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="limits">What the files may ask for; null: <see cref="TokenizerLimits.Default"/>.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="FileNotFoundException">There is no tokenizer file at the path.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, of no known kind, or passes a limit.</exception>
    public static TextTokenizer Load(string path, TokenizerLimits? limits = null)
    {
        return Read(Directory.Exists(path) ? FindIn(path) : path, limits ?? TokenizerLimits.Default);
    }

    /// <summary>Writes the files of a tokenizer into a folder, from where <see cref="Load"/> reads the same tokenizer.</summary>
    /// <param name="tokenizer">A tokenizer of this library.</param>
    /// <param name="folder">The folder; made when it is not there.</param>
    /// <param name="fileSystem">Where to write; null: <see cref="FileSystems.Default"/>.</param>
    /// <exception cref="NotSupportedException">The tokenizer is not one of this library.</exception>
    public static void Save(Tokenizer tokenizer, string folder, IFileSystem? fileSystem = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer is not TextTokenizer own)
            throw new NotSupportedException(
                $"Cannot save a {tokenizer.GetType().Name}: it does not give its vocabulary and merges back. "
                + "Load the tokenizer's own file with TokenizerFile.Load.");
        foreach (var (name, content) in own.Files())
            AtomicFile.WriteAllBytes(fileSystem ?? FileSystems.Default, Path.Combine(folder, name), content);
    }

    private static TextTokenizer Read(string path, TokenizerLimits limits)
    {
        var file = FileBytes.Read(path, limits);
        if (IsLlama2C(file.Content.Span))
            return Llama2CTokenizer.Read(file, limits);
        return IsSentencePiece(file.Content.Span)
            ? SentencePieceModelTokenizer.Read(file, limits)
            : ReadJson(CheckedJson.Parse(file, limits), limits);
    }

    private static TextTokenizer ReadJson(CheckedJson root, TokenizerLimits limits)
    {
        root.Require(root.IsObject, "an object");
        CheckedJson? roles = Beside(root.File, [TokenizerRoles.FileName]) is { } path
            ? CheckedJson.Parse(FileBytes.Read(path, limits), limits)
            : null;
        if (root["separator"].IsText)
            return VocabularyTokenizer.Read(root.File, limits);
        if (root["model"].IsObject)
            return ReadModel(root, roles, limits);
        var merges = Beside(root.File, ["merges.txt", "vocab.bpe"])
            ?? throw root.File.Wrong("it has no 'model', and no merges.txt or vocab.bpe stands beside it");
        return Gpt2Vocabulary.Read(root, FileBytes.Read(merges, limits), roles, limits);
    }

    private static TextTokenizer ReadModel(CheckedJson root, CheckedJson? roles, TokenizerLimits limits)
    {
        if (TokenizerJson.IsByteLevel(root))
            return TokenizerJson.Read(root, roles, limits);
        if (CharacterBpeJson.IsIn(root))
            return CharacterBpeJson.Read(root, roles, limits);
        return Beside(root.File, [ModelName]) is { } model ? Read(model, limits) : TokenizerJson.Read(root, roles, limits);
    }

    private static bool IsLlama2C(ReadOnlySpan<byte> bytes)
        => BinaryPrimitives.TryReadInt32LittleEndian(bytes, out var longest) && longest is > 0 and <= MaxLlama2CTokenLength;

    /// <summary>A SentencePiece model starts with field 1, its first piece. JSON may start with the same byte, a line end.</summary>
    private static bool IsSentencePiece(ReadOnlySpan<byte> bytes)
        => bytes is [0x0A, ..] && bytes.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..];

    private static string? Beside(FileBytes file, IEnumerable<string> names)
        => Path.GetDirectoryName(Path.GetFullPath(file.Name)) is { } folder ? First(folder, names) : null;

    private static string FindIn(string folder)
        => First(folder, Names) ?? throw new FileNotFoundException(
            $"Folder '{folder}' holds no tokenizer. Expected one of: {string.Join(", ", Names)}, each also with .gz.");

    private static string? First(string folder, IEnumerable<string> names)
        => names.SelectMany(name => (string[])[name, name + ".gz"])
            .SelectMany(name => Directory.EnumerateFiles(folder, name).Order(StringComparer.Ordinal)).FirstOrDefault();
}
