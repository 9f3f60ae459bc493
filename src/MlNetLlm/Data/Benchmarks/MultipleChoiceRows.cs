using System.Globalization;
using MlNetLlm.Training;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>Makes questions of rows, as a benchmark describes them.</summary>
internal static class MultipleChoiceRows
{
    private const string Options = "\nOptions:\n";

    public static MultipleChoiceQuestion Question(SourceRow source, Benchmark benchmark, int? shuffleSeed)
    {
        var (question, choices, labels) = Parts(source.Row, benchmark.Fields);
        if (choices.Count == 0 || choices.Count > benchmark.Choices)
            throw source.Row.Place.Fault($"there are {choices.Count} choices", $"1 to {benchmark.Choices}");
        var answer = Answer(source.Row, benchmark, choices, labels);
        if (shuffleSeed is { } seed)
            (choices, answer) = Shuffled(choices, answer, new RandomStream(seed, $"choices/{source.Id}"));

        return new MultipleChoiceQuestion(source.Id, source.Subject, source.Language, question, choices,
            PromptTemplate.Fill(benchmark.Prompt, name => name == "options" ? OptionLines(benchmark, choices) : Value(name)).TrimEnd(),
            [.. choices.Select((_, i) => PromptTemplate.Fill(benchmark.Continuation, name => Choice(name, choices, i) ?? Value(name)))],
            answer);

        string Value(string name) => name switch
        {
            "question" => question,
            "before" => AroundBlank(question, source.Row.Place).Before,
            "after" => AroundBlank(question, source.Row.Place).After,
            _ => source.Row.Text(name),
        };
    }

    private static (string Question, IReadOnlyList<string> Choices, IReadOnlyList<string> Labels) Parts(
        BenchmarkRow row, BenchmarkFields fields)
    {
        var question = row.Text(fields.Question);
        if (fields.Choices.Count == 0)
            return SplitOptions(question, row.Place);
        var choices = fields.Choices.SelectMany(row.Texts).ToList();
        var labels = fields.Labels == null ? choices : row.Texts(fields.Labels);
        return labels.Count == choices.Count
            ? (question, choices, labels)
            : throw row.Place.Fault($"there are {choices.Count} choices and {labels.Count} labels", "a label for each choice");
    }

    /// <summary>Splits "question Options: (A) first (B) second" or "… - first - second", a line each.</summary>
    private static (string Question, IReadOnlyList<string> Choices, IReadOnlyList<string> Labels) SplitOptions(string text, RowPlace place)
    {
        var at = text.LastIndexOf(Options, StringComparison.Ordinal);
        if (at < 0)
            throw place.Fault("the question has no line 'Options:'", "one, with a line for each choice after it");
        var lines = text[(at + Options.Length)..].Split('\n');
        var lettered = lines.All(line => line is ['(', _, ')', ' ', ..]);
        if (!lettered && !lines.All(line => line.StartsWith("- ", StringComparison.Ordinal)))
            throw place.Fault("the options are mixed", "lines that all start with '(letter) ', or all with '- '");
        var choices = lines.Select(line => line[(lettered ? 4 : 2)..].Trim()).ToList();
        return (text[..at], choices, lettered ? [.. lines.Select(line => line[..3])] : choices);
    }

    private static int Answer(BenchmarkRow row, Benchmark benchmark, IReadOnlyList<string> choices, IReadOnlyList<string> labels)
    {
        var texts = row.Texts(benchmark.Fields.Answer);
        var text = string.Join('\n', texts).Trim();
        switch (benchmark.AnswerIs)
        {
            case AnswerKind.Index or AnswerKind.Ordinal:
                var first = benchmark.AnswerIs == AnswerKind.Index ? 0 : 1;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number >= first && number < first + choices.Count)
                    return number - first;
                throw row.Place.Fault(
                    $"field '{benchmark.Fields.Answer}' is '{text}'", $"a number from {first} to {first + choices.Count - 1}");
            case AnswerKind.Label:
                return labels.ToList().FindIndex(label => label.Trim() == text);
            case AnswerKind.Marks:
                var marks = texts.ToList();
                if (marks.Count == choices.Count && marks.Count(mark => mark == "1") == 1)
                    return marks.IndexOf("1");
                throw row.Place.Fault($"{marks.Count(mark => mark == "1")} of {marks.Count} choices are marked", "one");
            default:
                throw new ArgumentException($"Benchmark '{benchmark.Name}': AnswerIs is {benchmark.AnswerIs}; "
                    + $"choices need {AnswerKind.Index}, {AnswerKind.Ordinal}, {AnswerKind.Label} or {AnswerKind.Marks}.");
        }
    }

    private static (IReadOnlyList<string> Choices, int Answer) Shuffled(IReadOnlyList<string> choices, int answer, RandomStream random)
    {
        var order = Enumerable.Range(0, choices.Count).ToArray();
        random.Shuffle<int>(order);
        return ([.. order.Select(i => choices[i])], Array.IndexOf(order, answer));
    }

    private static string OptionLines(Benchmark benchmark, IReadOnlyList<string> choices) => string.Join('\n',
        choices.Select((_, i) => PromptTemplate.Fill(benchmark.Option, name => Choice(name, choices, i) ?? $"{{{name}}}")));

    private static string? Choice(string name, IReadOnlyList<string> choices, int index) => name switch
    {
        "choice" => choices[index],
        "letter" => MultipleChoiceReader.Letter(index),
        _ => null,
    };

    private static (string Before, string After) AroundBlank(string question, RowPlace place)
    {
        var blank = question.IndexOf('_');
        return blank >= 0
            ? (question[..blank].TrimEnd(), question[(blank + 1)..])
            : throw place.Fault("the question has no blank", "a '_' in it");
    }
}
