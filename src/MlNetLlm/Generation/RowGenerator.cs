using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.Generation;

/// <summary>Continues prompts in batches; each row comes out as it would alone.</summary>
internal static class RowGenerator
{
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="options">How to continue.</param>
    /// <param name="pass">What every pass does beside, such as editing activations; null = nothing.</param>
    /// <remarks>Stops between two tokens by the token that the rows' reader lends (<see cref="WorkStop"/>).</remarks>
    public static IReadOnlyList<GeneratedText> Generate(
        LanguageModel model, IReadOnlyList<string> prompts, GenerationOptions options, ForwardOptions? pass = null) =>
        [.. Rows(model, prompts, options, pass).Select(row => new GeneratedText(row.Text, row.CutTokens))];

    /// <summary>As <see cref="Generate"/>, with the token ids.</summary>
    public static IReadOnlyList<GeneratedRow> Rows(
        LanguageModel model, IReadOnlyList<string> prompts, GenerationOptions options, ForwardOptions? pass = null)
    {
        var rows = prompts.Select(prompt => Prompt(model, prompt, options)).ToList();
        return [.. rows.Chunk(options.BatchRows).SelectMany(batch => Batch(model, batch, options, pass))];
    }

    /// <summary>The text before the first stop text in it.</summary>
    public static string Cut(string text, IReadOnlyList<string> stops)
    {
        var end = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        return text[..end];
    }

    // Begin token and prompt; of a prompt that is too long, the end.
    private static (int[] Tokens, int Cut) Prompt(LanguageModel model, string prompt, GenerationOptions options)
    {
        var ids = model.Tokenizer.EncodeToIds(prompt);
        var begin = model.Special.Bos ?? (ids.Count == 0 ? model.Special.Eos : null);
        var context = model.Config.ContextLength;
        var room = context - Math.Min(options.MaxTokens, context / 2) - (begin is null ? 0 : 1);
        var cut = Math.Max(0, ids.Count - room);
        int[] tokens = begin is { } id ? [id, .. ids.Skip(cut)] : [.. ids.Skip(cut)];
        return tokens.Length > 0
            ? (tokens, cut)
            : throw new ArgumentException("A prompt is empty, and the model has no begin token to stand for it. Leave such rows out.");
    }

    private static IEnumerable<GeneratedRow> Batch(
        LanguageModel model, (int[] Tokens, int Cut)[] rows, GenerationOptions options, ForwardOptions? pass)
    {
        var job = new GenerationJob([.. rows.Select(row => row.Tokens)])
        {
            Seeds = [.. rows.Select(row => Stream(options.Seed, row.Tokens))], Ends = Ends, Pass = pass,
        };
        var continuations = TextGenerator.Generate(model.Module, job, options.Sampling(model.EndTokens), WorkStop.Token);
        return rows.Zip(continuations, (row, added) =>
            new GeneratedRow(row.Tokens, added, Cut(Text(model, row.Tokens, added), options.StopTexts), row.Cut));

        bool Ends(int row, IReadOnlyList<int> added)
        {
            if (options.StopTexts.Count == 0) return false;
            // A stop text is new at the end; a token is a byte of it at least.
            var start = Math.Max(0, added.Count - options.StopTexts.Max(Encoding.UTF8.GetByteCount) - 1);
            var text = Text(model, start == 0 ? rows[row].Tokens : [added[start - 1]], [.. added.Skip(start)]);
            return options.StopTexts.Any(stop => text.Contains(stop, StringComparison.Ordinal));
        }
    }

    /// <summary>A continuation as text. Decoded with the prompt's last token, so that a space between them is kept.</summary>
    public static string Text(LanguageModel model, int[] prompt, IReadOnlyList<int> added)
    {
        var before = model.Tokenizer.Decode(prompt[^1..]);
        var whole = model.Tokenizer.Decode([prompt[^1], .. added]);
        return whole.StartsWith(before, StringComparison.Ordinal) ? whole[before.Length..] : model.Tokenizer.Decode(added);
    }

    private static long Stream(long seed, int[] tokens)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(tokens.AsSpan()), hash);
        return seed ^ BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
