using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>
/// Text of the domain a model was trained on, sampled from the model itself where its training text is not at hand. The base model's
/// perplexity on it is its own entropy; what a fine-tuned model loses against it is what it forgot.
/// </summary>
internal static class OldDomainText
{
    private const int BatchRows = 32;
    private const int TokensEach = 160;

    /// <summary>Samples at temperature 1 from the beginning-of-text token.</summary>
    public static List<string> Sample(LanguageModel model, int count, int seed, RunContext context)
    {
        if (model.Special.Bos is not { } start)
            throw new ArgumentException("The model has no beginning-of-text token to sample from. Choose a model that has one.");
        var texts = new List<string>();
        for (var batch = 0; texts.Count < count; batch++)
        {
            var rows = Math.Min(BatchRows, count - texts.Count);
            var options = new GenerateOptions
            {
                MaxTokens = TokensEach, Temperature = 1, Seed = unchecked(seed * 1000 + batch), StopTokens = model.Special.Eos is { } end
                    ? [end] : [],
            };
            var samples = TextGenerator.Generate(model.Module, [.. Enumerable.Repeat(new[] { start }, rows)], options,
                context.Cancellation);
            texts.AddRange(samples.Select(ids => model.Tokenizer.Decode([start, .. ids]) ?? "").Where(text => text.Length > 0));
            context.Display.Step(texts.Count, count, $"{texts.Count} texts");
        }
        return texts;
    }
}
