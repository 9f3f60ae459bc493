using Microsoft.ML;
using MlNetLlm.Checkpoints;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>
/// The importance of all 56 matrices of the miniature's model for 32 data sets: mean |w · g| over eight questions each, from reading the
/// rows to the finished matrix. PyTorch's side takes one question after another through autograd, the plain way.
/// </summary>
internal static class ImportanceRuns
{
    public const int Sets = 32, Questions = 8, Time = 40;
    private const string FileName = "importance.safetensors";

    private static TransformerConfig Config { get; } =
        TransformerConfig.Llama(vocabularySize: 256, width: 96, layers: 8, heads: 4, contextLength: 64, feedForwardWidth: 256);

    /// <summary>Writes a random model and the questions' tokens, (questions, time + 1): the last one is the answer.</summary>
    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        using var model = new TransformerModel(Config, random, initialDeviation: 0.1);
        var tokens = randint(Config.VocabularySize, [Sets * Questions, Time + 1], dtype: ScalarType.Int64, generator: random);
        Safetensors.Write(
            FileSystems.Default, Path.Combine(folder, FileName),
            [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), ("tokens", tokens)]);
    }

    /// <summary>Measures, once a turn; the value is the sum of all scores.</summary>
    public static void Run(string folder, Turns turns)
    {
        var inputs = Safetensors.Read(Path.Combine(folder, FileName));
        var tokens = inputs["tokens"].data<long>().ToArray();
        var words = new VocabularyTokenizer(Enumerable.Range(0, Config.VocabularySize).Select(Word), TokenSeparator.Space);
        using var model = new LanguageModel(new TransformerModel(Config, (name, _, _) => inputs[name]), words);
        var rows = new MLContext(1).Data.LoadFromEnumerable(Enumerable.Range(0, Sets * Questions).Select(q => new Row
        {
            DataSet = $"set{q / Questions}",
            Prompt = Words(tokens.AsSpan(q * (Time + 1), Time)),
            Answer = $" {Word((int)tokens[(q + 1) * (Time + 1) - 1])}",
        }).ToList());
        var estimator = new MLContext(1).LanguageModels().ModuleImportance(model, new ImportanceOptions { AnswerColumn = "Answer" });
        while (turns.Next())
            turns.Value = estimator.Fit(rows).Matrix.Values.Cast<double>().Sum();
    }

    private static string Word(int id) => $"w{id}";

    private static string Words(ReadOnlySpan<long> ids)
    {
        var words = new string[ids.Length];
        for (var i = 0; i < ids.Length; i++) words[i] = Word((int)ids[i]);
        return string.Join(' ', words);
    }

    private sealed class Row
    {
        public string DataSet { get; set; } = "";

        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";
    }
}
