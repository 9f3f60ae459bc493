using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Continues token sequences: greedy, or sampled with temperature, top-k and top-p.</summary>
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
        if (model.Special.Eos is { } eos)
            options = options with { StopTokens = [.. options.StopTokens, .. model.Generation.StopTokens, eos] };
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
        Generate(model, prompts, options, [.. prompts.Select((_, row) => options.Seed + row)], (_, _) => false, cancellationToken);

    /// <summary>As the above, with each row's random stream and a test (row, its new tokens) that may end a row after any token.</summary>
    internal static IReadOnlyList<IReadOnlyList<int>> Generate(
        TransformerModel model,
        IReadOnlyList<IReadOnlyList<int>> prompts,
        GenerateOptions options,
        IReadOnlyList<long> seeds,
        Func<int, IReadOnlyList<int>, bool> ends,
        CancellationToken cancellationToken = default)
    {
        options.Validated();
        var results = prompts.Select(_ => new List<int>()).ToArray();
        if (prompts.Count == 0 || options.MaxTokens == 0)
            return results;
        RequireTokens(prompts, model.Config.ContextLength);
        var training = model.training;
        if (training)
            model.eval();
        try
        {
            Continue(model, prompts, options, seeds, ends, results, cancellationToken);
            return results;
        }
        finally
        {
            if (training)
                model.train();
        }
    }

    private static void Continue(
        TransformerModel model,
        IReadOnlyList<IReadOnlyList<int>> prompts,
        GenerateOptions options,
        IReadOnlyList<long> seeds,
        Func<int, IReadOnlyList<int>, bool> ends,
        List<int>[] results,
        CancellationToken cancellation)
    {
        using var plain = no_grad();
        var longest = prompts.Max(prompt => prompt.Count);
        var most = (int)Math.Min(model.Config.ContextLength, (long)longest + options.MaxTokens);
        using var cache = new KvCache(model, prompts.Count, most);
        int[] active = [.. Enumerable.Range(0, prompts.Count)];
        var next = prompts;
        for (var step = 0; active.Length > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var chosen = Next(model, next, cache, options, [.. active.Select(row => seeds[row])], step);
            int[] going = [.. Enumerable.Range(0, active.Length).Where(GoesOn)];
            if (going.Length < active.Length && going.Length > 0)
                cache.Keep(going);
            next = [.. going.Select(i => new[] { chosen[i] })];
            active = [.. going.Select(i => active[i])];

            bool GoesOn(int i)
            {
                if (options.StopTokens.Contains(chosen[i]))
                    return false;
                results[active[i]].Add(chosen[i]);
                return results[active[i]].Count < options.MaxTokens && cache.Lengths[i] < model.Config.ContextLength
                    && !ends(active[i], results[active[i]]);
            }
        }
    }

    /// <summary>Runs the next tokens of all active rows and chooses the one after.</summary>
    private static int[] Next(
        TransformerModel model, IReadOnlyList<IReadOnlyList<int>> rows, KvCache cache, GenerateOptions options, long[] seeds, int step)
    {
        using var scope = NewDisposeScope();
        var (tokens, lengths) = Padded(rows, model.TokenEmbedding.device);
        var hidden = model.Hidden(tokens, new ForwardOptions { Cache = cache, Lengths = lengths });           // (rows, time, width)
        var last   = (lengths - 1).view(-1, 1, 1).expand(rows.Count, 1, hidden.size(2));
        var logits = model.Head(hidden.gather(1, last)).to(ScalarType.Float32).cpu().contiguous();              // (rows, 1, vocabulary)
        var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
        var vocabulary = model.Config.VocabularySize;
        var chosen = new int[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var uniform = Sampling.Uniform(seeds[i], step);
            chosen[i] = Sampling.Choose(values.Slice(i * vocabulary, vocabulary), options, uniform);
        }
        return chosen;
    }

    private static (Tensor Tokens, Tensor Lengths) Padded(IReadOnlyList<IReadOnlyList<int>> rows, Device device)
    {
        var time = rows.Max(row => row.Count);
        var tokens = new long[rows.Count * time];
        for (var r = 0; r < rows.Count; r++)
            for (var t = 0; t < rows[r].Count; t++)
                tokens[(r * time) + t] = rows[r][t];
        return (tensor(tokens, [rows.Count, time], device: device), tensor(rows.Select(row => (long)row.Count).ToArray(), device: device));
    }

    private static void RequireTokens(IReadOnlyList<IReadOnlyList<int>> prompts, int contextLength)
    {
        for (var row = 0; row < prompts.Count; row++)
            if (prompts[row].Count == 0)
                throw new ArgumentException($"Prompt {row} has no tokens. Begin it with the model's begin-of-text token.", nameof(prompts));
            else if (prompts[row].Count > contextLength)
                throw new ArgumentException(
                    $"Prompt {row} has {prompts[row].Count} tokens, the model's context length is {contextLength}. Cut the prompt.",
                    nameof(prompts));
    }
}
