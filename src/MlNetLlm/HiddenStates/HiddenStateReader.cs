using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.HiddenStates;

/// <summary>Runs texts through a model up to one layer and pools what is there.</summary>
internal static class HiddenStateReader
{
    private sealed record Window(int Row, int From, int[] Tokens);

    /// <summary>One vector a text, in the same order.</summary>
    /// <exception cref="ArgumentException">A text is too long (where refused) or too short for a position.</exception>
    public static IReadOnlyList<float[]> Read(LanguageModel model, IReadOnlyList<string> texts, HiddenStatesOptions options)
    {
        var rows = texts.Select(text => new PooledText(model, text, options)).ToList();
        var windows = rows.SelectMany((row, i) => Windows(i, row, model.Config.ContextLength)).OrderBy(w => w.Tokens.Length).ToList();
        foreach (var batch in Batches(windows, options.BatchTokens))
        {
            WorkStop.Token.ThrowIfCancellationRequested();
            Run(model.Module, batch, rows, options.Layer);
        }
        return [.. rows.Select(row => row.Result())];
    }

    // Each window is the begin token, where there is one, and a part of the text; together they are the text.
    private static IEnumerable<Window> Windows(int number, PooledText row, int context)
    {
        var part = context - row.Begin.Count;
        for (var from = 0; from == 0 || from < row.Tokens.Count; from += part)
            yield return new Window(number, from, [.. row.Begin, .. row.Tokens.Skip(from).Take(part)]);
    }

    // Windows come in order of length, so that little is spent on padding.
    private static IEnumerable<List<Window>> Batches(List<Window> windows, int batchTokens)
    {
        var batch = new List<Window>();
        foreach (var window in windows)
        {
            if (batch.Count > 0 && (batch.Count + 1) * window.Tokens.Length > batchTokens)
            {
                yield return batch;
                batch = [];
            }
            batch.Add(window);
        }
        if (batch.Count > 0) yield return batch;
    }

    private static void Run(TransformerModel module, List<Window> batch, List<PooledText> rows, int? layer)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (count, time, width) = (batch.Count, batch[^1].Tokens.Length, module.Config.Width);
        var ids = new long[count * time];
        for (var r = 0; r < count; r++)
            for (var t = 0; t < batch[r].Tokens.Length; t++) ids[r * time + t] = batch[r].Tokens[t];
        var device = module.TokenEmbedding.device;
        var lengths = tensor(batch.Select(w => (long)w.Tokens.Length).ToArray(), device: device);
        var hidden = module.Hidden(
            tensor(ids, [count, time], device: device), new ForwardOptions { Layers = layer, Lengths = lengths });   // (count, time, width)
        var values = TensorNumbers.Of(hidden);
        for (var r = 0; r < count; r++)
        {
            var states = values.Slice(r * time * width, batch[r].Tokens.Length * width);
            rows[batch[r].Row].Add(batch[r].From, states, width);
        }
    }
}
