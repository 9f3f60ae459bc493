using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Data;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Runs;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>A part of the text that has no block in common with any other.</summary>
internal enum TextSplit
{
    /// <summary>A: tokenizer, teacher and autoencoder.</summary>
    Teacher,

    /// <summary>B: students.</summary>
    Student,

    /// <summary>V: validation.</summary>
    Validation,

    /// <summary>X: students of the second domain.</summary>
    ShiftStudent,

    /// <summary>V_X: validation of the second domain.</summary>
    ShiftValidation,
}

/// <summary>
/// Reads the text, block by block, and deals the blocks out to the splits. Nothing is held in memory but the block at hand.
/// </summary>
internal sealed class SplitText
{
    private readonly MLContext _ml;
    private readonly TextOptions _options;
    private readonly bool _generated;

    public SplitText(MLContext ml, TextOptions options, ProgressDisplay display)
    {
        (_ml, _options) = (ml, options);
        _generated = options.Origin == TextOrigin.Generated;
        if (options.Origin != TextOrigin.Catalog
            || new[] { options.Name, options.ShiftName }.FirstOrDefault(name => !DatasetCatalog.Default.Has(name)) is not { } missing)
            return;
        display.Note($"The data set '{missing}' is not here (datasets/README.md says how to get it): going on with generated text.");
        _generated = true;
    }

    /// <summary>A split's blocks, in the order of the text.</summary>
    public IEnumerable<string> Blocks(TextSplit split)
    {
        var shifted = split is TextSplit.ShiftStudent or TextSplit.ShiftValidation;
        foreach (var (number, paragraphs) in Paragraphs(shifted).Chunk(_options.BlockParagraphs).Index())
            if (SplitOf(number, shifted) == split) yield return string.Join('\n', paragraphs);
    }

    /// <summary>The first blocks of a split as rows with a column Text, read anew for every cursor.</summary>
    /// <param name="split">The split.</param>
    /// <param name="blocks">How many; null = all.</param>
    public IDataView View(TextSplit split, int? blocks = null) =>
        TextRows.View(_ml, blocks is { } count ? Blocks(split).Take(count) : Blocks(split));

    /// <summary>How many of a split's blocks, from the first, hold so many tokens; all, where there are fewer.</summary>
    /// <exception cref="InvalidDataException">The split has no block.</exception>
    public SplitSize Measure(TextSplit split, Tokenizer tokenizer, long tokens)
    {
        var (blocks, counted) = (0, 0L);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var block in Blocks(split))
        {
            if (counted >= tokens) break;
            (blocks, counted) = (blocks + 1, counted + tokenizer.CountTokens(block) + 1);       // a separator behind each
            hash.AppendData(Encoding.UTF8.GetBytes(block));
        }
        if (blocks == 0)
            throw new InvalidDataException($"The text has no block for split {split}. Take more text, smaller blocks or other shares.");
        return new SplitSize(split, blocks, counted, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The data for the record, one entry a source.</summary>
    public IEnumerable<RunData> Describe(IReadOnlyList<SplitSize> sizes)
    {
        foreach (var shifted in sizes.Select(size => size.IsShifted).Distinct().Order())
        {
            var own = sizes.Where(size => size.IsShifted == shifted).ToList();
            var (name, rows) = (shifted ? _options.ShiftName : _options.Name, own.Sum(size => (long)size.Blocks));
            if (_generated || _options.Origin == TextOrigin.Folder)
            {
                var all = string.Concat(own.Select(size => size.Sha256));
                yield return new RunData(_generated ? shifted ? "ship's log" : "tales" : name,
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all))), rows, _generated ? "generated" : "file");
            }
            else
            {
                yield return new RunData(name, DatasetCatalog.Default.Find(name).Sha256, rows, "catalog");
            }
        }
    }

    // By the block's number alone: the same in every run, and nothing has to be counted first.
    private TextSplit? SplitOf(int number, bool shifted)
    {
        var place = new RandomStream(0, shifted ? "splits of the second domain" : "splits") { Counter = number }.NextDouble();
        if (shifted)
            return place < _options.ValidationShare ? TextSplit.ShiftValidation
                : place < _options.ValidationShare + _options.ShiftStudentShare ? TextSplit.ShiftStudent : null;
        if ((place -= _options.ValidationShare) < 0) return TextSplit.Validation;
        if ((place -= _options.TeacherShare) < 0) return TextSplit.Teacher;
        return place - _options.StudentShare < 0 ? TextSplit.Student : null;
    }

    private IEnumerable<string> Paragraphs(bool shifted)
    {
        var count = _options.GeneratedBlocks * _options.BlockParagraphs;
        if (_generated) return shifted ? GeneratedText.ShipsLog(count, 2) : GeneratedText.Tales(count, 1);
        var name = shifted ? _options.ShiftName : _options.Name;
        return TextRows.Of(_options.Origin == TextOrigin.Folder
            ? TextFiles.Read(name, TextUnit.Paragraph)
            : TextFiles.Read(DatasetCatalog.Default.Find(name), TextUnit.Paragraph));
    }
}

/// <summary>How much of a split is used.</summary>
/// <param name="Split">The split.</param>
/// <param name="Blocks">Its blocks, from the first.</param>
/// <param name="Tokens">Their tokens, a separator each included.</param>
/// <param name="Sha256">Of the blocks.</param>
internal sealed record SplitSize(TextSplit Split, int Blocks, long Tokens, string Sha256)
{
    /// <summary>Whether it is of the second domain.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsShifted => Split is TextSplit.ShiftStudent or TextSplit.ShiftValidation;
}
