using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Reinforcement;

/// <summary>A toy task: the answer is one letter, and the reference says which letters are right.</summary>
internal static class BanditTask
{
    public sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";
    }

    /// <summary>An answer is right when it is a letter of the reference.</summary>
    public sealed record OneOf : IReward
    {
        public bool IsRight(string prompt, string answer, string reference) => answer.Length == 1 && reference.Contains(answer[0]);
    }

    public static TrainSvfExpertOptions Options { get; } = new()
    {
        MaxSteps = 30, BatchSize = 16, SequenceLength = 8, MaxAnswerTokens = 1, LearningRate = 0.1, Modules = ModuleSet.All,
        BatchMeanBaseline = true,
    };

    public static IDataView Rows(int count = 16) => new MLContext(1).Data.LoadFromEnumerable(
        Enumerable.Range(0, count).Select(i => new Row { Prompt = "abcd"[(i % 4)..], Answer = i % 2 == 0 ? "ab" : "bc" }).ToList());

    /// <summary>Keeps what a run reports.</summary>
    public sealed class Heard : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }
}
