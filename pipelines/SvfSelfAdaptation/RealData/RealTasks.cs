using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Rewards;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;

/// <summary>
/// Reads the tasks. GSM8K and ARC-Easy: even rows of the training file train, odd ones validate. MBPP: the first 300 problems, shuffled,
/// give 200 to train and 100 to validate, the next 99 test. ARC-Challenge is unseen: its training file gives few-shot items.
/// </summary>
internal sealed class RealTasks(MLContext ml, RealDataOptions options, int seed)
{
    private const int MbppFirst = 300;
    private const int MbppTrain = 200;
    private const int MbppTest = 99;
    private static readonly ChoiceLetterReward _letter = new() { Letters = "ABCDE" };

    private sealed class GenerationRow
    {
        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";

        public string Reference { get; set; } = "";

        public string Tests { get; set; } = "";
    }

    private sealed class ChoiceRow
    {
        public string Prompt { get; set; } = "";

        public string[] Choices { get; set; } = [];

        public int AnswerIndex { get; set; }
    }

    /// <summary>GSM8K, MBPP and ARC-Easy, which experts learn.</summary>
    public IEnumerable<RealTask> Experts()
    {
        var (even, odd) = Halves(Gsm8k("train"));
        yield return new RealTask("gsm8k", "math", new NumericAnswerReward { Marker = "####" }, null, even, odd, Limited(Gsm8k("test")));
        yield return Mbpp();
        var (easyEven, easyOdd) = Halves(Arc("easy", "train").Rows);
        var (test, chance) = Arc("easy", "test");
        yield return new RealTask("arc_easy", "reasoning", _letter, chance, easyEven, easyOdd, Limited(test));
    }

    /// <summary>ARC-Challenge, which no expert learns.</summary>
    public RealTask Unseen()
    {
        var (test, chance) = Arc("challenge", "test");
        return new RealTask("arc_challenge", "reasoning", _letter, chance, [], Limited(Arc("challenge", "train").Rows), Limited(test));
    }

    private IEnumerable<TaskRow> Gsm8k(string split) =>
        Generation("gsm8k", "gsm8k", split).Select(row => new TaskRow { Prompt = row.Prompt, Answer = row.Answer, Worked = row.Reference });

    private RealTask Mbpp()
    {
        var rows = Generation("mbpp", "mbpp", "test").Take(MbppFirst + MbppTest).ToList();
        var first = rows.Take(MbppFirst).ToArray();
        new RandomStream(seed, "mbpp").Shuffle<GenerationRow>(first);
        var interpreter = options.Python is { } command
            ? new PythonTests(command, rows.GroupBy(row => row.Prompt).ToDictionary(group => group.Key, group => group.First().Tests))
            : null;
        IReward reward = interpreter is null ? new ExactAnswerReward() : new ProgramReward(interpreter);
        return new RealTask("mbpp", "code", reward, null, Rows(first.Take(MbppTrain)), Rows(first.Skip(MbppTrain)),
            Rows(rows.Skip(MbppFirst)));

        IReadOnlyList<TaskRow> Rows(IEnumerable<GenerationRow> problems) => Limited(problems.Select(problem => new TaskRow
        {
            Prompt = problem.Prompt, Answer = interpreter is null ? problem.Answer : PythonTests.Passed, Worked = problem.Answer,
        }));
    }

    private (IEnumerable<TaskRow> Rows, double Chance) Arc(string subject, string split)
    {
        var benchmark = Benchmark.Find("arc") with { Prompt = options.Prompt("arc") };
        var which = new BenchmarkOptions { Split = split, Subject = subject };
        var view = options.DataFolder is { } folder
            ? MultipleChoiceReader.Read(benchmark, Path.Combine(folder, "arc"), which)
            : MultipleChoiceReader.Read(benchmark, DatasetCatalog.Default.Find("arc"), which);
        var rows = ml.Data.CreateEnumerable<ChoiceRow>(view, reuseRowObject: false).Where(row => row.AnswerIndex >= 0).ToList();
        return (rows.Select(row =>
        {
            var letter = $"{(char)('A' + row.AnswerIndex)}";
            return new TaskRow { Prompt = row.Prompt, Answer = letter, Worked = letter };
        }), rows.Average(row => 1.0 / row.Choices.Length));
    }

    private IEnumerable<GenerationRow> Generation(string name, string prompt, string split)
    {
        var benchmark = Benchmark.Find(name) with { Prompt = options.Prompt(prompt) };
        var which = new BenchmarkOptions { Split = split };
        var view = options.DataFolder is { } folder
            ? GenerationReader.Read(benchmark, Path.Combine(folder, name), which)
            : GenerationReader.Read(benchmark, DatasetCatalog.Default.Find(name), which);
        return ml.Data.CreateEnumerable<GenerationRow>(view, reuseRowObject: false);
    }

    private (IReadOnlyList<TaskRow> Even, IReadOnlyList<TaskRow> Odd) Halves(IEnumerable<TaskRow> rows)
    {
        var all = rows.ToList();
        return (Limited(all.Where((_, i) => i % 2 == 0)), Limited(all.Where((_, i) => i % 2 == 1)));
    }

    private IReadOnlyList<TaskRow> Limited(IEnumerable<TaskRow> rows) => [.. options.Limit > 0 ? rows.Take(options.Limit) : rows];
}
