using System.Runtime.InteropServices;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Karel;

/// <summary>Runs prompts with programs through a model: its hidden states where it emits operations, and what programs cost.</summary>
internal static class KarelPasses
{
    /// <summary>One pass over prompts and programs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reading">How it reads tasks.</param>
    /// <param name="tasks">Whose prompts are shown.</param>
    /// <param name="programs">The program written after each.</param>
    /// <param name="level">
    /// 0 = the embeddings, n = the state after layer n, the last one after the final norm; null = the mean of all, as the paper has.
    /// </param>
    /// <returns>Row by row, operation by operation, the vector at the position that emits it: (operations, width) a row.</returns>
    public static float[][] EmittingStates(
        LanguageModel model, KarelReading reading, IReadOnlyList<KarelTask> tasks, IReadOnlyList<KarelOperation[]> programs, int? level)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (tokens, features) = Batch(model, reading, tasks, programs);
        using var kept = new Activations(Levels(model.Config.Layers, level));
        model.Module.Hidden(tokens, new ForwardOptions { Features = features, Activations = kept });
        var mean = kept.Names.Select(name => kept[name]).Aggregate((sum, state) => sum + state) / kept.Names.Count;   // (rows, time, width)
        var values = TensorNumbers.Of(mean);
        var (time, width) = ((int)tokens.size(1), model.Config.Width);
        var states = new float[programs.Count][];
        for (var row = 0; row < states.Length; row++)
        {
            states[row] = new float[programs[row].Length * width];
            for (var i = 0; i < programs[row].Length; i++)
            {
                var position = (row * time) + reading.Encoding.EmittingPosition(tasks[row].Examples, i + 1);
                values.Slice(position * width, width).CopyTo(states[row].AsSpan(i * width));
            }
        }
        return states;
    }

    /// <summary>What each program costs the model, end token included, in nats, and over how many tokens.</summary>
    public static (double Nats, int Tokens)[] Costs(
        LanguageModel model, KarelReading reading, IReadOnlyList<KarelTask> tasks, IReadOnlyList<KarelOperation[]> programs)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (tokens, features) = Batch(model, reading, tasks, programs);
        var (rows, time) = (programs.Count, (int)tokens.size(1));
        var ids = MemoryMarshal.Cast<byte, long>(tokens.cpu().bytes);
        var targets = new long[rows * time];
        Array.Fill(targets, TokenBatch.Ignored);
        for (var row = 0; row < rows; row++)
        {
            var prompt = reading.Encoding.PromptLength(tasks[row].Examples);
            var end = prompt + reading.Encoding.ProgramLength(programs[row].Length);
            for (var t = prompt; t < end; t++) targets[(row * time) + t - 1] = ids[(row * time) + t];
        }
        var hidden = model.Module.Hidden(tokens, new ForwardOptions { Features = features });
        var goals = tensor(targets, [rows, time], device: tokens.device);
        var losses = Objectives.NegativeLogLikelihood(model.Module.Head, hidden, goals, model.Config.VocabularySize);   // (rows, time)
        var sums = losses.sum(1).to(ScalarType.Float64).cpu().data<double>().ToArray();
        return [.. sums.Select((sum, row) => (sum, reading.Encoding.ProgramLength(programs[row].Length)))];
    }

    private static IEnumerable<string> Levels(int layers, int? level)
    {
        string[] names = ["embeddings", .. Enumerable.Range(0, layers - 1).Select(layer => $"layers.{layer}"), "final"];
        if (level is null) return names;
        return level >= 0 && level < names.Length
            ? [names[level.Value]]
            : throw new ArgumentException($"Level {level} is none of the model's: 0 (embeddings) to {layers} (after the final norm).");
    }

    private static (Tensor Tokens, TokenFeatures? Features) Batch(
        LanguageModel model, KarelReading reading, IReadOnlyList<KarelTask> tasks, IReadOnlyList<KarelOperation[]> programs)
    {
        var encoding = reading.Encoding;
        var prompts = reading.Prompts(tasks);
        var time = prompts.Zip(programs, (prompt, program) => prompt.Length + encoding.ProgramLength(program.Length)).Max();
        var ids = new long[prompts.Length * time];
        Array.Fill(ids, encoding.Special.Pad ?? 0);
        for (var row = 0; row < prompts.Length; row++)
        {
            var program = new int[encoding.ProgramLength(programs[row].Length)];
            encoding.WriteProgram(programs[row], program);
            for (var t = 0; t < prompts[row].Length; t++) ids[(row * time) + t] = prompts[row][t];
            for (var t = 0; t < program.Length; t++) ids[(row * time) + prompts[row].Length + t] = program[t];
        }
        return (tensor(ids, [prompts.Length, time], device: model.Module.TokenEmbedding.device), reading.Features(tasks, time));
    }
}
