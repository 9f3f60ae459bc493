using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Extractive question answering as tagging: one row a word of question and paragraph, labelled answer or other. Its score, the F1 of the
/// answer's words, is over all words of the data, where the published F1 is averaged over questions.
/// </summary>
internal static class AnswerWords
{
    private sealed class Word
    {
        public string Text { get; set; } = "";
        public int Start { get; set; }
        public string Label { get; set; } = "";
    }

    /// <summary>The label of a word of the answer.</summary>
    public const string Answer = "answer";

    private const string Other = "other";

    /// <summary>Reads a file in SQuAD's form, as XQuAD, MLQA and SQuAD have it.</summary>
    /// <param name="ml">Makes the view.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="file">The file's name.</param>
    public static IDataView Read(MLContext ml, string folder, string file)
    {
        var benchmark = Benchmark.Find("xquad") with { Name = file, Files = file, Prompt = "{context}" };
        var problems = GenerationReader.Read(benchmark, folder);
        return ml.Data.LoadFromEnumerable(TextRows.Of(problems, "Question")
            .Zip(TextRows.Of(problems, "Prompt"), TextRows.Of(problems, "Answer"))
            .SelectMany(problem => Words(problem.First, problem.Second, problem.Third)));
    }

    private static IEnumerable<Word> Words(string question, string paragraph, string answer)
    {
        var text = $"{question} {paragraph}";
        var from = text.IndexOf(answer, question.Length + 1, StringComparison.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            if (at == text.Length) yield break;
            var within = from >= 0 && at >= from && at < from + answer.Length;
            yield return new Word { Text = text, Start = at, Label = within ? Answer : Other };
            while (at < text.Length && !char.IsWhiteSpace(text[at])) at++;
        }
    }
}
