using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Svf;

namespace MlNetLlm.Tests.SelfAdaptation;

/// <summary>Questions of a toy model, with the words it happens to write for labels: so routing has real groups.</summary>
internal static class AdaptationToys
{
    public static IReadOnlyList<string> Questions { get; } =
        [.. Enumerable.Range(0, 24).Select(i => $"{"abcdefgh"[i % 8]}{"hgfe"[i % 4]}{"bd"[i / 12]}")];

    private const int Words = 3;

    /// <summary>A model that, as it is and under expert c of <see cref="ExpertToys.Library"/>, writes several words for labels.</summary>
    public static LanguageModel Model()
    {
        for (var seed = 1ul; ; seed++)
        {
            var model = Toy.Model(seed);
            using var library = ExpertToys.Library(model);
            using var classifier = library.Apply("c");
            if (Commonest(model).Count >= Words && Commonest(classifier).Count >= Words) return model;
            model.Dispose();
            Assert.That(seed, Is.LessThan(50), "one of the toy models writes several words");
        }
    }

    /// <summary>The two commonest words that a model writes after the questions are the labels of experts a and b; all else is other.
    /// </summary>
    public static SelfAdaptationOptions Options(LanguageModel model, AdaptationStrategy strategy = AdaptationStrategy.Prompt)
    {
        var words = Commonest(model);
        return new SelfAdaptationOptions
        {
            Strategy = strategy,
            Labels = [new(words[0], "a", "the commonest"), new(words[1], "b")],
            ClassificationExpert = strategy == AdaptationStrategy.ClassificationExpert ? "c" : null,
            Mix = strategy == AdaptationStrategy.FewShot ? SvfMix.Of(("a", 0.3), ("b", 0.6)) : null,
            ClassificationTemplate = "{question}", LabelFormat = LabelFormat.FirstWord, LabelTokens = 1, MaxTokens = 5, BatchRows = 4,
        };
    }

    /// <summary>What a model writes as the label of each question.</summary>
    public static IReadOnlyList<string> Written(LanguageModel model) =>
        [.. RowGenerator.Generate(model, Questions, new GenerationOptions { MaxTokens = 1 }).Select(row => row.Text.Trim())];

    public static IDataView View(MLContext ml, IEnumerable<string>? questions = null) => ml.Data.LoadFromEnumerable(
        (questions ?? Questions).Select(question => new Row { Text = question, Answer = $"{question[0]}" }), Schema());

    public sealed class Row
    {
        public string Text { get; set; } = "";

        public string Answer { get; set; } = "";

        public string[] Continuations { get; set; } = ["ab", "cd", "h"];

        public uint Label { get; set; } = 2;
    }

    /// <summary>Right is what holds the reference's letter.</summary>
    public sealed record HasLetter : IReward
    {
        public bool IsRight(string prompt, string answer, string reference) => answer.Contains(reference, StringComparison.Ordinal);

        public string? FaultOf(string reference) => reference.Length == 1 ? null : "it is not one letter";
    }

    private static List<string> Commonest(LanguageModel model) =>
        [.. Written(model).Where(word => word.Length > 0).GroupBy(word => word).OrderByDescending(group => group.Count())
            .Select(group => group.Key)];

    private static SchemaDefinition Schema()
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 3);
        return schema;
    }
}
