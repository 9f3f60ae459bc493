using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Benchmarks;

/// <summary>Training an SVF expert by reinforcement, one iteration a turn: 64 prompts answered greedily, graded and learnt from.</summary>
internal static class ReinforceWorkload
{
    private sealed class Row
    {
        public string Prompt { get; set; } = "";
    }

    /// <summary>Answers whose last letter has an even place in the vocabulary are right.</summary>
    private sealed record EvenEnd : IReward
    {
        public bool IsRight(string prompt, string answer, string reference) =>
            answer.Length > 0 && ReinforceInputs.Tokenizer.EncodeToIds(answer[^1..])[0] % 2 == 0;
    }

    /// <summary>An iteration ends when it is reported; the first one has then been part of the start.</summary>
    private sealed class Report(Turns turns, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value)
        {
            turns.Value = value.Loss;
            if (!turns.Next()) stop.Cancel();
        }
    }

    public static void Run(string folder, Turns turns)
    {
        var (model, prompts) = ReinforceInputs.Read(folder);
        var ml = new MLContext(1);
        using var stop = new CancellationTokenSource();
        var options = new TrainSvfExpertOptions
        {
            CompletionColumn = null, BatchSize = ReinforceInputs.Prompts, MaxSteps = int.MaxValue, Modules = ModuleSet.Mlp,
            MaxAnswerTokens = ReinforceInputs.AnswerTokens, Temperature = 0, KlWeight = 0.1, SequenceLength = 128,
        };
        try
        {
            ml.LanguageModels().TrainSvfExpert(model, new EvenEnd(), options, new Report(turns, stop), stop.Token)
                .Fit(ml.Data.LoadFromEnumerable(prompts.Select(prompt => new Row { Prompt = prompt })));
        }
        catch (OperationCanceledException)
        {
        }
    }
}
