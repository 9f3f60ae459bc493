using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>What is known of the autoencoder and of its teacher on V; its weights stand in a file beside the parts.</summary>
/// <param name="VarianceUnexplained">Share of the variance of normalised hidden states that is not given back.</param>
/// <param name="DeadShare">Share of latents that are never active.</param>
/// <param name="TeacherLoss">The teacher's loss, nats a token of a window.</param>
/// <param name="SplicedLoss">The same through the autoencoder.</param>
/// <param name="AblatedLoss">The same with the mean hidden state instead.</param>
/// <param name="LossRecovered">Share of the rise by ablation that it saves; null where there is no rise.</param>
/// <param name="Seconds">Time of its training, hidden states included.</param>
internal sealed record AutoencoderResult(
    double VarianceUnexplained, double DeadShare, double TeacherLoss, double SplicedLoss, double AblatedLoss, double? LossRecovered,
    double Seconds);

/// <summary>Trains the teacher's sparse autoencoder on hidden states of A, or reads a published one; and measures it on V.</summary>
internal sealed class AutoencoderStage(
    MLContext ml, string name, AutoencoderOptions options, TeacherOptions of, LanguageModel teacher, int sequenceLength, Corpus corpus,
    RunRequest request, RunContext context)
{
    private string Folder => Path.Combine(request.Out, "models", $"{name}-autoencoder");

    /// <summary>Makes and measures it.</summary>
    public AutoencoderResult Run()
    {
        context.Display.Stage($"training the {name}'s autoencoder on hidden states of A");
        var started = context.Clock.GetTimestamp();
        if (options.File is null) Train();
        var seconds = context.Clock.GetElapsedTime(started).TotalSeconds;
        context.Display.Stage($"measuring the {name}'s autoencoder on V");
        using var autoencoder = Open();
        var validation = corpus.View(TextSplit.Validation);
        var metrics = ml.Concepts().Evaluate(autoencoder, States(validation));
        var splice = ml.Concepts().Splice(
            new ConceptTeacher(teacher, autoencoder, of.Layer), validation,
            new LabelConceptsOptions { SequenceLength = sequenceLength }, context.Cancellation);
        return new AutoencoderResult(
            metrics.VarianceUnexplained, metrics.DeadShare, splice.Loss, splice.SplicedLoss, splice.AblatedLoss,
            double.IsFinite(splice.Recovered) ? splice.Recovered : null, seconds);
    }

    /// <summary>Reads it.</summary>
    public SparseAutoencoder Open() => options.File is { } file
        ? SparseAutoencoder.LoadPublished(file, options.ActiveLatents)
        : SparseAutoencoder.Load(Folder);

    /// <summary>An autoencoder as it is drawn, never trained, of the same size: a control.</summary>
    public SparseAutoencoder Untrained() => ml.Concepts().TrainSparseAutoencoder(
            Training() with { MaxRows = 0, Seed = request.Seed + 1 }, context.Display, context.Cancellation)
        .Fit(States(corpus.View(TextSplit.Validation))).Autoencoder;

    private void Train()
    {
        var tokens = corpus.First(ml, TextSplit.Teacher, teacher.Tokenizer, options.Tokens);
        using var trained = ml.Concepts().TrainSparseAutoencoder(Training(), context.Display, context.Cancellation)
            .Fit(States(tokens)).Autoencoder;
        trained.Save(Folder);
    }

    private SparseAutoencoderOptions Training() =>
        StageOptions.Autoencoder(options, of, teacher.Config.Width) with { Seed = request.Seed };

    private IDataView States(IDataView text) =>
        ml.LanguageModels().HiddenStates(teacher, StageOptions.States(of)).Fit(text).Transform(text);
}
