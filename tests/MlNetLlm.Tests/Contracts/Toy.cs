using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Contracts;

/// <summary>A tiny language model over eleven letters and rows it can learn.</summary>
internal static class Toy
{
    public sealed class Row
    {
        public string Text { get; set; } = "";
    }

    public static LanguageModel Model(ulong seed = 1) =>
        new(ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }, seed), VocabularyTokenizer.Characters("abcdefgh "));

    /// <summary>Words that repeat one of two letters, so that a few steps already lower the loss.</summary>
    public static IDataView Rows(MLContext ml, int count = 40, int seed = 1)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ => new Row { Text = Word(random) }).ToList());
    }

    private static string Word(Random random)
    {
        var letter = random.Next(2) == 0 ? "ab" : "cd";
        return string.Concat(Enumerable.Range(0, random.Next(3, 8)).Select(_ => letter)) + " ";
    }
}
