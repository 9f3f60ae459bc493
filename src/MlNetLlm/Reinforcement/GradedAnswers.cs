using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;
using MlNetLlm.Training;

namespace MlNetLlm.Reinforcement;

/// <summary>Answers the prompts of rows and grades the answers, streaming.</summary>
internal static class GradedAnswers
{
    /// <exception cref="ArgumentException">Options have faults, the model is not causal, or a column is missing.</exception>
    /// <exception cref="InvalidDataException">A prompt leaves no room for an answer in the model's context.</exception>
    public static IEnumerable<GradedAnswer> Of(
        LanguageModel model, IDataView data, IReward reward, AnswerOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reward);
        options.Validated();
        CausalModel.Require(model, "Answering");
        var most = model.Config.ContextLength - options.MaxTokens;
        if (most < 1)
            throw new ArgumentException(
                $"MaxTokens is {options.MaxTokens}; the model reads at most {model.Config.ContextLength} tokens at once. Lower it.");
        return Stream();

        IEnumerable<GradedAnswer> Stream()
        {
            using var writer = new AnswerWriter(model, model.Module);
            var seeds = new RandomStream(options.Seed, RandomStreams.Sampling);
            var rows = PromptRows.Texts(data, options.TextColumn, options.CompletionColumn).SelectMany((row, number) =>
            {
                var tokens = writer.Encode(
                    row.Prompt, most, options.TruncateLongRows, number + 1, "Lower MaxTokens, or set TruncateLongRows.");
                return Enumerable.Repeat(new PromptRow(tokens, row.Prompt, row.Reference), options.Samples);
            });
            foreach (var batch in rows.Chunk(options.BatchRows))
                foreach (var answer in Write(writer, batch, [.. batch.Select(_ => seeds.NextSeed())]))
                    yield return answer;
        }

        IEnumerable<GradedAnswer> Write(AnswerWriter writer, PromptRow[] batch, long[] streams) => batch.Zip(
            writer.Write([.. batch.Select(row => row.Tokens)], streams, options.MaxTokens, options.Temperature, cancellation),
            (row, answer) => new GradedAnswer(
                row.Prompt, row.Reference, answer.Text, reward.IsRight(row.Prompt, answer.Text, row.Reference), answer.Answer.Count,
                answer.HasEnded));
    }
}
