using MlNetLlm.LanguageModels;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Karel;

/// <summary>How a model reads tasks: the tokens, and the features of those that stand for worlds.</summary>
/// <param name="Encoding">Tasks to tokens.</param>
/// <param name="GridFeatures">Features of the worlds; null with an encoding that writes worlds in tokens alone.</param>
public sealed record KarelReading(IKarelEncoding Encoding, KarelGridFeatures? GridFeatures = null)
{
    /// <summary>One token a world, whose embedding is the sum over its features.</summary>
    /// <param name="interiorSize">Cells along a side that are not the ring.</param>
    /// <param name="markerLevels">Counts of markers told apart.</param>
    public static KarelReading Grid(int interiorSize, int markerLevels = 2) =>
        new(KarelGridEncoding.Instance, new KarelGridFeatures(interiorSize, markerLevels));

    /// <summary>The paper's text in a vocabulary of its own.</summary>
    public static KarelReading Text { get; } = new(KarelTextEncoding.Instance);

    /// <summary>A tokenizer with the encoding's vocabulary.</summary>
    public VocabularyTokenizer Tokenizer() => new(Encoding.Words, TokenSeparator.None, Encoding.Special);

    /// <summary>Fits a model's shape to the tasks: vocabulary, table of features, room for the longest program.</summary>
    /// <param name="config">The shape to start from.</param>
    /// <param name="examples">Pairs that a prompt shows.</param>
    /// <param name="maxOperations">Operations of the longest program.</param>
    public TransformerConfig Fit(TransformerConfig config, int examples, int maxOperations) => config with
    {
        VocabularySize = Encoding.Words.Count,
        Features = GridFeatures?.Count ?? 0,
        ContextLength = Encoding.PromptLength(examples) + Encoding.ProgramLength(maxOperations),
    };

    /// <summary>The prompts of tasks.</summary>
    /// <param name="tasks">The tasks, all with as many examples.</param>
    public int[][] Prompts(IReadOnlyList<KarelTask> tasks) => [.. tasks.Select(task =>
    {
        var prompt = new int[Encoding.PromptLength(task.Examples)];
        Encoding.WritePrompt(task.ShownInputs, task.ShownOutputs, prompt);
        return prompt;
    })];

    /// <summary>The features of tasks' worlds in a batch with a row a task; null where the encoding needs none.</summary>
    /// <param name="tasks">The tasks; world w of a task is token w: input 0, output 0, input 1 …</param>
    /// <param name="time">Tokens a row of the batch.</param>
    public TokenFeatures? Features(IReadOnlyList<KarelTask> tasks, int time)
    {
        if (GridFeatures is null) return null;
        var batch = new TokenFeatures(tasks.Count, time);
        Span<int> features = new int[GridFeatures.MaxPerWorld];
        for (var row = 0; row < tasks.Count; row++)
            for (var world = 0; world < 2 * tasks[row].Examples; world++)
            {
                ref readonly var shown = ref (world % 2 == 0
                    ? ref tasks[row].ShownInputs[world / 2] : ref tasks[row].ShownOutputs[world / 2]);
                batch.Add(row, world, features[..GridFeatures.Write(shown, features)]);
            }
        return batch;
    }
}
