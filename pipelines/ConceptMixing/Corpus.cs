using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// The splits as far as a run needs them: students' text no longer than the longest arm, validation text as long as the options say.
/// </summary>
internal sealed class Corpus
{
    private const double MoreTokens = 1.7;

    private readonly SplitText _text;
    private readonly Dictionary<TextSplit, SplitSize> _sizes;

    private Corpus(SplitText text, IReadOnlyList<SplitSize> sizes) => (_text, _sizes) = (text, sizes.ToDictionary(size => size.Split));

    /// <summary>How much of each split there is.</summary>
    public IReadOnlyList<SplitSize> Sizes => [.. _sizes.Values];

    /// <summary>Counts the splits, once.</summary>
    public static Corpus Of(SplitText text, ConceptsOptions options, Tokenizer tokenizer, KeptParts kept) =>
        new(text, kept.Get("text", () => Measure(text, options, tokenizer)));

    /// <summary>A split's rows.</summary>
    public IDataView View(TextSplit split) => _text.View(split, _sizes[split].Blocks);

    /// <summary>The same, counted anew.</summary>
    public static Corpus Of(SplitText text, ConceptsOptions options, Tokenizer tokenizer) =>
        new(text, Measure(text, options, tokenizer));

    /// <summary>A split's first tokens, whole blocks but for the last, which is cut.</summary>
    public IDataView First(MLContext ml, TextSplit split, Tokenizer tokenizer, int tokens)
    {
        var rows = new List<string>();                                             // at most so many tokens
        var left = Math.Min(tokens, _sizes[split].Tokens);
        foreach (var block in _text.Blocks(split))
        {
            if (left <= 1) break;
            var ids = tokenizer.EncodeToIds(block);
            rows.Add(ids.Count < left ? block : tokenizer.Decode(ids.Take((int)left - 1)) ?? "");
            left -= ids.Count + 1;
        }
        return TextRows.View(ml, rows);
    }

    /// <summary>A split's token ids, at most so many.</summary>
    public IReadOnlyList<int> Tokens(TextSplit split, Tokenizer tokenizer, int tokens) =>
        [.. _text.Blocks(split).Take(_sizes[split].Blocks).SelectMany(block => tokenizer.EncodeToIds(block)).Take(tokens)];

    /// <summary>A split's paragraphs.</summary>
    public IEnumerable<string> Paragraphs(TextSplit split) =>
        _text.Blocks(split).Take(_sizes[split].Blocks).SelectMany(block => block.Split('\n'));

    private static List<SplitSize> Measure(SplitText text, ConceptsOptions options, Tokenizer tokenizer)
    {
        var sizes = new List<SplitSize>
        {
            text.Measure(TextSplit.Teacher, tokenizer, long.MaxValue),
            text.Measure(TextSplit.Student, tokenizer, Longest(options, shifted: false)),
            text.Measure(TextSplit.Validation, tokenizer, options.Text.ValidationTokens),
        };
        if (options.Studies.Any(study => study.Shifted))
        {
            sizes.Add(text.Measure(TextSplit.ShiftStudent, tokenizer, Longest(options, shifted: true)));
            sizes.Add(text.Measure(TextSplit.ShiftValidation, tokenizer, options.Text.ValidationTokens));
        }
        return sizes;
    }

    // An arm with as many FLOPs as concept mixing reads more tokens than the others.
    private static long Longest(ConceptsOptions options, bool shifted) => options.Studies.Where(study => study.Shifted == shifted)
        .Select(study => study.Arms.Contains(ConceptArms.EqualFlops) ? (long)(study.Training.Tokens * MoreTokens) : study.Training.Tokens)
        .DefaultIfEmpty(0).Max();
}
