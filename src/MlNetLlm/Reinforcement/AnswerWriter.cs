using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;

namespace MlNetLlm.Reinforcement;

/// <summary>Answers prompts. An answer ends with one of the model's end tokens, which stays part of it.</summary>
/// <param name="model">Gives tokenizer and end tokens.</param>
/// <param name="module">Writes; without adapters, so that the fast decoder may be used.</param>
internal sealed class AnswerWriter(LanguageModel model, TransformerModel module) : IDisposable
{
    private readonly DecoderRoom _room = new();
    private readonly HashSet<int> _ends = [.. model.EndTokens];

    /// <summary>The ids of a prompt: the begin token, where the model has one, and its text.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="most">Most ids; 1 or more.</param>
    /// <param name="cut">Whether a longer prompt loses its beginning.</param>
    /// <param name="row">The row's number, for messages.</param>
    /// <param name="way">What to change where the prompt is too long.</param>
    /// <exception cref="InvalidDataException">The prompt is too long, or empty for a model without a begin token.</exception>
    public int[] Encode(ReadOnlySpan<char> prompt, int most, bool cut, long row, string way)
    {
        var ids = model.Tokenizer.EncodeToIds(prompt);
        int[] begin = model.Special.Bos is { } bos ? [bos] : [];
        var excess = Math.Max(0, begin.Length + ids.Count - most);
        if (excess > 0 && !cut)
            throw new InvalidDataException($"Row {row} has a prompt of {begin.Length + ids.Count} tokens; there is room for {most}. {way}");
        int[] tokens = [.. begin, .. ids.Skip(excess)];
        return tokens.Length > 0
            ? tokens
            : throw new InvalidDataException($"Row {row} has an empty prompt, and the model has no begin token. Leave the row out.");
    }

    /// <summary>Answers a batch of prompts; each comes out as it would alone.</summary>
    /// <param name="prompts">Their ids.</param>
    /// <param name="seeds">Each answer's random stream.</param>
    /// <param name="maxTokens">Most tokens of an answer, the end token included.</param>
    /// <param name="temperature">0 = greedy.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    public IReadOnlyList<Rollout> Write(
        IReadOnlyList<int[]> prompts, IReadOnlyList<long> seeds, int maxTokens, double temperature, CancellationToken cancellation)
    {
        var job = new GenerationJob(prompts) { Seeds = seeds, Ends = (_, tokens) => _ends.Contains(tokens[^1]), Room = _room };
        var options = new GenerateOptions { MaxTokens = maxTokens, Temperature = temperature };
        return [.. prompts.Zip(TextGenerator.Generate(module, job, options, cancellation), Read)];
    }

    /// <summary>Frees the room that answers were written in.</summary>
    public void Dispose() => _room.Dispose();

    private Rollout Read(int[] prompt, IReadOnlyList<int> answer)
    {
        var ended = answer.Count > 0 && _ends.Contains(answer[^1]);
        var written = ended ? [.. answer.Take(answer.Count - 1)] : answer;
        return new Rollout(prompt, answer, ended, written.Count == 0 ? "" : RowGenerator.Text(model, prompt, written));
    }
}
