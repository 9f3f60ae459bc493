using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;

namespace MlNetLlm.Tests.Contracts;

/// <summary>Answers with the letter b in them are right: a toy model of random weights finds some at once.</summary>
internal sealed record ToyReward : IReward
{
    public bool IsRight(string prompt, string answer, string reference) => answer.Contains('b');

    /// <summary>The share of wrong answers among many sampled ones.</summary>
    public static double ShareWrong(LanguageModel model, IDataView data) => new MLContext(1).LanguageModels()
        .Answers(model, data, new ToyReward(), new AnswerOptions
        {
            TextColumn = "Text", CompletionColumn = null, TruncateLongRows = true, MaxTokens = 3, Temperature = 1, Samples = 20,
        })
        .Average(answer => answer.IsRight ? 0.0 : 1);
}
