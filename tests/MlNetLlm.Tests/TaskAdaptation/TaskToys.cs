using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.LanguageModels;

namespace MlNetLlm.Tests.TaskAdaptation;

/// <summary>Small tasks on the masked toy language, all readable from one view.</summary>
public static class TaskToys
{
    public static readonly string[] Classes = ["low", "high"];

    /// <summary>A row for any task.</summary>
    public sealed class Row
    {
        public string Text { get; set; } = "";

        public string Second { get; set; } = "";

        public int Start { get; set; }

        public string[] Continuations { get; set; } = [];

        public string Label { get; set; } = "";
    }

    internal static AdaptToTaskOptions Options(TaskKind task, string? pair = null) => new()
    {
        Task = task, PairColumn = pair, MaxSteps = 8, BatchSize = 8, SequenceLength = 16, LearningRate = 0.01,
    };

    internal static LanguageModel Model(bool causal = false) => new(
        ToyModels.Create((causal ? ToyModels.Llama : ResetToys.Masked) with { ContextLength = 24 }), ResetToys.Tokenizer(),
        ResetToys.Special);

    /// <summary>
    /// Text class: from which half of the alphabet its letters are; of a pair, those of its second text. Word: a letter's own half.
    /// Choice: the letter of the upper half.
    /// </summary>
    internal static IEnumerable<Row> Rows(TaskKind task, bool pairs = false, int count = 40, int seed = 1)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var high = random.Next(2);
            var (any, own, other) = (Letters(random, 5, 8, 0), Letters(random, 5, 4, 4 * high), Letters(random, 5, 4, 4 - 4 * high));
            if (task == TaskKind.Tagging)
                for (var start = 0; start < any.Length; start += 2)
                    yield return new Row { Text = any, Start = start, Label = Classes[any[start] > 'd' ? 1 : 0] };
            else if (task == TaskKind.MultipleChoice)
                yield return new Row { Text = any, Continuations = [other[..1], own[..1]], Label = Classes[high] };
            else
                yield return pairs
                    ? new Row { Text = any, Second = own, Label = Classes[high] }
                    : new Row { Text = own, Second = any, Label = Classes[high] };
        }
    }

    /// <summary>The rows with the label as a key whose values are always the same.</summary>
    internal static IDataView View(MLContext ml, IEnumerable<Row> rows)
    {
        var keys = ml.Data.LoadFromEnumerable(Classes.Select(name => new { Name = name }));
        return ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(Rows()).Transform(Rows());

        IDataView Rows() => ml.Data.LoadFromEnumerable(rows.ToList());
    }

    private static string Letters(Random random, int count, int of, int from) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + from + random.Next(of))));
}
