using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Tokenization;
using TorchSharp;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>What is known of the teacher; its weights stand in a file beside the parts.</summary>
/// <param name="Parameters">Its numbers.</param>
/// <param name="Tokens">Tokens it was trained on, repeats counted; 0 where it was taken as it is.</param>
/// <param name="Seconds">Time of its training.</param>
internal sealed record TeacherResult(long Parameters, long Tokens, double Seconds);

/// <summary>Takes a teacher from a folder, or learns a vocabulary and trains a model on A. It is frozen from here on.</summary>
/// <param name="name">The teacher's name among files and parts.</param>
/// <param name="options">The teacher.</param>
/// <param name="text">The text.</param>
/// <param name="vocabulary">A vocabulary that is there already; null = learn one.</param>
internal sealed class TeacherStage(
    MLContext ml, string name, TeacherOptions options, TextOptions reading, SplitText text, LanguageModel? vocabulary, RunRequest request,
    RunContext context)
{
    private string Folder => options.Folder ?? Path.Combine(request.Out, "models", name);

    /// <summary>Makes it.</summary>
    public TeacherResult Run()
    {
        if (options.Folder is not null)
        {
            using var given = Open();
            return new TeacherResult(Parameters(given), 0, 0);
        }
        var tokenizer = vocabulary?.Tokenizer ?? Vocabulary();
        context.Display.Stage($"training the {name} on A");
        var started = context.Clock.GetTimestamp();
        using var model = Train(tokenizer);
        model.Save(Folder);
        return new TeacherResult(Parameters(model), options.Training.Tokens, context.Clock.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Reads it, to where it is to compute.</summary>
    public LanguageModel Open() => ml.LanguageModels().Load(Folder).To(options.Training.Device);

    private ByteLevelBpeTokenizer Vocabulary()
    {
        context.Display.Stage("learning the vocabulary from A");
        return BpeTrainer.Train(text.Blocks(TextSplit.Teacher), StageOptions.Vocabulary(reading), context.Cancellation);
    }

    private LanguageModel Train(Tokenizer tokenizer)
    {
        var size = vocabulary?.Config.VocabularySize ?? ((TextTokenizer)tokenizer).VocabularySize;
        return ml.LanguageModels().Pretrain(
            StageOptions.Teacher(options, reading, size), tokenizer, vocabulary?.Special ?? new SpecialTokens { Eos = 0 },
            StageOptions.TeacherTraining(options, reading) with { Seed = request.Seed }, progress: context.Display,
            cancellationToken: context.Cancellation)
            .Fit(text.View(TextSplit.Teacher)).Model;
    }

    private static long Parameters(LanguageModel model) => model.Module.parameters().Sum(parameter => parameter.numel());
}
