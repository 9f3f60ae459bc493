using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>How a benchmark's generated answers are judged.</summary>
/// <param name="Name">What counts, in words.</param>
/// <param name="IsRight">From a generated and the expected text to a verdict; defined for every text.</param>
/// <param name="MaxTokens">Tokens that an answer may take.</param>
/// <param name="StopTexts">What ends an answer.</param>
public sealed record Grader(string Name, Func<string, string, bool> IsRight, int MaxTokens, IReadOnlyList<string> StopTexts)
{
    private static readonly Grader _number = new("number", NumberAnswer.IsRight, 256, ["Question:", "\nQ:"]);
    private static readonly Grader _text = new("text", TextAnswer.IsRight, 64, ["\n\n", "Question:", "\nQ:"]);
    private static readonly Grader _squad = new("squad", TextAnswer.IsRightAsSquad, 32, ["\n", "Question:"]);

    /// <summary>The grader of a benchmark.</summary>
    /// <exception cref="NotSupportedException">Its answers are code, which would have to be run.</exception>
    public static Grader Of(Benchmark benchmark)
    {
        if (benchmark.Fields.Tests is not null)
        {
            throw new NotSupportedException(
                $"Benchmark '{benchmark.Name}' asks for code that its tests must run; evaluate does not run code. Choose another task.");
        }
        if (benchmark.AnswerIs == AnswerKind.Number) return _number;
        return benchmark.Dataset == "xquad" ? _squad : _text;
    }
}
