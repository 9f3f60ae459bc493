using MlNetLlm.LanguageModels;

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
    /// <param name="model">The base model.</param>
    /// <param name="count">Texts to sample.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="sampled">Told how many there are, now and then; null = no one is.</param>
    /// <param name="cancellation">Stops it.</param>
    public static List<string> Sample(
        LanguageModel model, int count, int seed, Action<int>? sampled = null, CancellationToken cancellation = default)
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
                cancellation);
            texts.AddRange(samples.Select(ids => model.Tokenizer.Decode([start, .. ids]) ?? "").Where(text => text.Length > 0));
            sampled?.Invoke(texts.Count);
        }
        return texts;
    }
}
