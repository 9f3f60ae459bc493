using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.SkillQuestions;

/// <summary>Generated questions as ML.NET data, with the columns of the multiple-choice readers and more.</summary>
public static class SkillData
{
    /// <summary>Text: the data set's name.</summary>
    public const string DataSet = "DataSet";

    /// <summary>Text: the skill's name.</summary>
    public const string SkillName = "Skill";

    /// <summary>Text: the skill's function, the group that may own layers of a model.</summary>
    public const string Function = "Function";

    /// <summary>Text: the prompt.</summary>
    public const string Prompt = "Prompt";

    /// <summary>Text: the right answer, with the space before it.</summary>
    public const string Completion = "Completion";

    /// <summary>The columns of rows as tokens, which training takes (<see cref="Training.TrainingOptions.TokenColumns"/>).</summary>
    public static TokenColumns Tokens { get; } = new();

    /// <summary>The same columns for training on all of a row: only its instruction word is read without being learnt.</summary>
    public static TokenColumns WholeRows { get; } = new() { PromptLength = "InstructionLength" };

    /// <summary>
    /// Questions of several data sets by turns: the first of each, the second of each, and so on. Columns: DataSet, Skill, Function,
    /// Prompt, Completion, Choices, Continuations, Label (a key named A to D), AnswerIndex, and the same row as Tokens with PromptLength
    /// and InstructionLength. Rows are drawn when they are read, and reading again gives the same.
    /// </summary>
    /// <param name="sets">The data sets.</param>
    /// <param name="split">Which contents.</param>
    /// <param name="count">Questions of each data set.</param>
    /// <param name="seed">Of the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static IDataView Questions(IReadOnlyList<SkillSet> sets, QuestionSplit split, int count, long seed)
    {
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new RowsView<SkillQuestion>(
            () => ByTurns(sets, split, count, seed),
            BenchmarkColumns.Text<SkillQuestion>(DataSet, row => row.DataSet),
            BenchmarkColumns.Text<SkillQuestion>(SkillName, row => row.Skill.Name),
            BenchmarkColumns.Text<SkillQuestion>(Function, row => row.Skill.Function),
            BenchmarkColumns.Text<SkillQuestion>(Prompt, row => row.Prompt),
            BenchmarkColumns.Text<SkillQuestion>(Completion, row => $" {row.RightAnswer}"),
            BenchmarkColumns.Texts<SkillQuestion>("Choices", row => row.Choices),
            BenchmarkColumns.Texts<SkillQuestion>("Continuations", row => [.. row.Answers.Select(answer => $" {answer}")]),
            BenchmarkColumns.Key<SkillQuestion>("Label", SkillVocabulary.Letters, row => row.Answer),
            new("AnswerIndex", NumberDataViewType.Int32, (SkillQuestion row) => row.Answer),
            BenchmarkColumns.Numbers<SkillQuestion>(Tokens.Tokens, row => Ids(row)),
            new(Tokens.PromptLength, NumberDataViewType.Int32, (SkillQuestion row) => Ids(row).Count - 1),
            new(WholeRows.PromptLength, NumberDataViewType.Int32, (SkillQuestion _) => 1));
    }

    private static IEnumerable<SkillQuestion> ByTurns(IReadOnlyList<SkillSet> sets, QuestionSplit split, int count, long seed)
    {
        var draws = sets.Select(set => set.Draw(split, seed).GetEnumerator()).ToList();
        for (var i = 0; i < count; i++)
        {
            foreach (var draw in draws)
            {
                draw.MoveNext();
                yield return draw.Current;
            }
        }
    }

    private static IReadOnlyList<int> Ids(SkillQuestion row) => SkillVocabulary.Tokenizer.EncodeToIds($"{row.Prompt} {row.RightAnswer}");
}
