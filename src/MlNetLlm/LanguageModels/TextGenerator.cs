using MlNetLlm.LanguageModels.Managed;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Continues token sequences: greedy, or sampled with temperature, top-k and top-p. Small causal models without adapters whose float32
/// weights are on the CPU run in managed vector code (see <see cref="ManagedDecoder"/>), all others as libtorch passes; both give the same
/// tokens but for ties within rounding.
/// </summary>
public static class TextGenerator
{
    /// <summary>Continues one text.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="prompt">The text; the model's begin token is put before it.</param>
    /// <param name="options">
    /// How to continue; null = <see cref="LanguageModel.Generation"/>. The model's end tokens always end the text.
    /// </param>
    /// <param name="cancellationToken">Ends the work between two tokens.</param>
    /// <returns>The continuation, without the prompt.</returns>
    public static string Generate(
        LanguageModel model, string prompt, GenerateOptions? options = null, CancellationToken cancellationToken = default)
    {
        var ids = model.Tokenizer.EncodeToIds(prompt);
        int[] tokens = model.Special.Bos is { } bos ? [bos, .. ids] : [.. ids];
        options ??= model.Generation;
        options = options with { StopTokens = [.. options.StopTokens, .. model.EndTokens] };
        var continuation = Generate(model.Module, [tokens], options, cancellationToken)[0];
        return model.Tokenizer.Decode([.. tokens, .. continuation])[model.Tokenizer.Decode(tokens).Length..];
    }

    /// <summary>Continues a batch of token sequences of any lengths; each row comes out as it would alone.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="prompts">Token ids, at least one a row.</param>
    /// <param name="options">How to continue.</param>
    /// <param name="cancellationToken">Ends the work between two tokens.</param>
    /// <returns>The new tokens of each row.</returns>
    /// <exception cref="ArgumentException">A prompt is empty, holds an unknown id or is longer than the context; or the options have
    /// faults.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Generate(
        TransformerModel model,
        IReadOnlyList<IReadOnlyList<int>> prompts,
        GenerateOptions options,
        CancellationToken cancellationToken = default) =>
        Generate(model, new GenerationJob(prompts) { Seeds = Seeds(prompts, options) }, options, cancellationToken);

    /// <summary>Continues a batch of prompts whose tokens have features, or under a grammar.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="prompts">Token ids, at least one a row.</param>
    /// <param name="options">How to continue.</param>
    /// <param name="features">Features of the prompts' tokens, for as many rows and the longest prompt; null = none.</param>
    /// <param name="allowed">The tokens that may come next; null = any.</param>
    /// <param name="cancellationToken">Ends the work between two tokens.</param>
    /// <returns>The new tokens of each row.</returns>
    /// <exception cref="ArgumentException">A prompt is empty, holds an unknown id or is longer than the context; features do not fit; or
    /// the options have faults.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Generate(
        TransformerModel model,
        IReadOnlyList<IReadOnlyList<int>> prompts,
        GenerateOptions options,
        TokenFeatures? features,
        AllowedTokens? allowed,
        CancellationToken cancellationToken = default) =>
        Generate(
            model, new GenerationJob(prompts) { Seeds = Seeds(prompts, options), Features = features, Allowed = allowed }, options,
            cancellationToken);

    /// <summary>As the above, with each row's random stream and a test that may end a row after any token.</summary>
    internal static IReadOnlyList<IReadOnlyList<int>> Generate(
        TransformerModel model, GenerationJob job, GenerateOptions options, CancellationToken cancellationToken = default)
    {
        options.Validated();
        var results = job.Prompts.Select(_ => new List<int>()).ToArray();
        if (job.Prompts.Count == 0 || options.MaxTokens == 0)
            return results;
        RequireTokens(job.Prompts, model.Config);
        job.Features?.Require(job.Prompts.Count, job.LongestPrompt, model.Config);
        var training = model.training;
        if (training)
            model.eval();
        try
        {
            Continue(model, job, options, results, cancellationToken);
            return results;
        }
        finally
        {
            if (training)
                model.train();
        }
    }

    private static void Continue(
        TransformerModel model, GenerationJob job, GenerateOptions options, List<int>[] results, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var size = model.Config.VocabularySize;
        var most = (int)Math.Min(model.Config.ContextLength, (long)job.LongestPrompt + options.MaxTokens);
        using var decoder = job.Pass is { } pass
            ? new TorchDecoder(model, job.Prompts.Count, most, pass)
            : Decoder(model, job.Prompts.Count, most, job.Room);
        int[] active = [.. Enumerable.Range(0, job.Prompts.Count)];
        var (kept, tokens, legal) = (new int[active.Length], new int[active.Length], new float[job.Allowed is null ? 0 : size]);
        var logits = decoder.Begin(job.Prompts, job.Features);
        for (var (step, rows) = (0, active.Length); ; step++)
        {
            var going = 0;
            for (var row = 0; row < rows; row++)
                if (GoesOn(row, tokens[going] = Choose(logits.Slice(row * size, size), active[row], step)))
                    (kept[going], active[going++]) = (row, active[row]);
            if (going == 0)
                return;
            if (going < rows)
                decoder.Keep(kept.AsSpan(0, going));
            rows = going;
            cancellation.ThrowIfCancellationRequested();
            logits = decoder.Step(tokens.AsSpan(0, rows));
        }

        int Choose(ReadOnlySpan<float> values, int prompt, int step) => Sampling.Choose(
            job.Allowed is null ? values : Legal(values, job.Allowed(step), legal), options, Sampling.Uniform(job.Seeds[prompt], step));

        bool GoesOn(int row, int token)
        {
            if (options.StopTokens.Contains(token))
                return false;
            var result = results[active[row]];
            result.Add(token);
            return result.Count < options.MaxTokens && decoder.Length(row) < model.Config.ContextLength
                && !job.Ends(active[row], result);
        }
    }

    /// <summary>The logits with all but the allowed tokens' at minus infinity.</summary>
    private static ReadOnlySpan<float> Legal(ReadOnlySpan<float> logits, ReadOnlySpan<int> allowed, float[] legal)
    {
        if (allowed.IsEmpty)
            throw new InvalidOperationException("The grammar allows no token. Let it allow an end token where nothing else may come.");
        Array.Fill(legal, float.NegativeInfinity);
        foreach (var token in allowed)
            legal[token] = logits[token];
        return legal;
    }

    private static long[] Seeds(IReadOnlyList<IReadOnlyList<int>> prompts, GenerateOptions options) =>
        [.. prompts.Select((_, row) => options.Seed + row)];

    private static IDecoder Decoder(TransformerModel model, int rows, int capacity, DecoderRoom? room) =>
        ManagedDecoder.Pays(model, rows) && ManagedDecoder.Covers(model)
            ? new ManagedDecoder(model, rows, capacity, room)
            : new TorchDecoder(model, rows, capacity);

    private static void RequireTokens(IReadOnlyList<IReadOnlyList<int>> prompts, TransformerConfig config)
    {
        for (var row = 0; row < prompts.Count; row++)
            if (prompts[row].Count == 0)
                throw new ArgumentException($"Prompt {row} has no tokens. Begin it with the model's begin-of-text token.", nameof(prompts));
            else if (prompts[row].Count > config.ContextLength)
                throw new ArgumentException(
                    $"Prompt {row} has {prompts[row].Count} tokens, the model's context length is {config.ContextLength}. Cut the prompt.",
                    nameof(prompts));
            else
                PassChecks.RequireVocabulary(prompts[row].Min(), prompts[row].Max(), config.VocabularySize, nameof(prompts));
    }
}
