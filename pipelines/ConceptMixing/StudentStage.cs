using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Trains a student of an arm and measures it.</summary>
internal sealed class StudentStage(
    MLContext ml, ConceptsOptions options, WorkingTeacher working, Corpus corpus, ProxyQuestions questions, RunRequest request,
    RunContext context)
{
    private const double LastPart = 0.1;

    private readonly ConceptTeacher _teacher = working.Concepts;

    private readonly Dictionary<TextSplit, IDataView> _curves = [];

    private LanguageModel Model => _teacher.Model;

    /// <summary>The folder of a student that is kept for steering.</summary>
    public static string Folder(string run, string study, int number) => Path.Combine(run, "models", $"student-{study}-{number}");

    /// <summary>Trains with a rate for fewer tokens and gives the last loss on the curve's text.</summary>
    public double Try(StudyOptions study, string arm, int seed, double rate, long tokens)
    {
        var name = $"{study.Name}.{arm}.rate-{rate:R}";
        var (trained, curve) = Fit(study, arm, seed, rate, tokens, name);
        using var model = trained.Model;
        FileSystems.Default.Delete(Checkpoints(name));
        return curve.Points[^1].Loss;
    }

    /// <summary>Trains and measures a student.</summary>
    /// <param name="study">The study.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="number">The seed's number.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="rate">The full rate.</param>
    /// <param name="tokens">The study's tokens.</param>
    public ArmRun Train(StudyOptions study, string arm, int number, int seed, double rate, long tokens)
    {
        var how = ConceptArms.Known[arm];
        var share = how.EqualFlops ? Flops(study, ConceptArms.Concepts) / Flops(study, arm) : how.Budget;
        var name = $"{study.Name}.{arm}.{number}";
        var (trained, curve) = Fit(study, arm, seed, rate, (long)(share * tokens), name);
        using var model = trained.Model;
        model.To(study.Training.Device);
        context.Display.Stage($"{study.Name}: {arm}, seed {number}, measured on V");
        if (arm == ConceptArms.Concepts && number <= (options.Steering?.Students ?? 0)) model.Save(Folder(request.Out, study.Name, number));
        var loss = LanguageLoss.Of(
            model, corpus.View(study.Shifted ? TextSplit.ShiftValidation : TextSplit.Validation),
            StageOptions.Reading(options.Text, study.Training.Device), context.Cancellation);
        var run = new ArmRun(
            arm, number, rate, ConceptCosts.ActiveParameters(model.Config), Flops(study, arm), TeacherFlops(study, arm),
            trained.Training.Tokens, curve.Points[^1].Seconds, loss, curve.Points, ConceptLoss(how, name),
            how.Asked && !study.Shifted ? questions.Ask(model) : null,
            arm is ConceptArms.Concepts or ConceptArms.NoDecay && !study.Shifted ? Columns(model) : null);
        FileSystems.Default.Delete(Checkpoints(name));
        return run;
    }

    /// <summary>FLOPs of training a token in an arm, the student alone.</summary>
    public double Flops(StudyOptions study, string arm) =>
        ConceptCosts.TrainingFlops(Inserted(study, arm), options.Text.SequenceLength);

    private double TeacherFlops(StudyOptions study, string arm)
    {
        var how = ConceptArms.Known[arm];
        var config = Inserted(study, arm);
        if (how.NeedsTeacher)
            return ConceptCosts.TrainingFlops(config, options.Text.SequenceLength, teacher: Model.Config) - Flops(study, arm);
        return how.Labels == LabelSet.None ? 0
            : ConceptCosts.LabellingFlops(Model.Config, _teacher.Autoencoder.Latents, _teacher.Layer, options.Text.SequenceLength);
    }

    private (ModelTransformer<LanguageModel> Trained, StudentCurve Curve) Fit(
        StudyOptions study, string arm, int seed, double rate, long tokens, string name)
    {
        var how = ConceptArms.Known[arm];
        var wanted = Wanted(study, arm).For(study, tokens, rate) with { Seed = seed, CheckpointFolder = Checkpoints(name) };
        FileSystems.Default.Delete(Checkpoints(name));       // a student that was stopped begins anew, for its curve to be whole
        var train = study.Shifted ? TextSplit.ShiftStudent : TextSplit.Student;
        var track = how.Labels == LabelSet.None ? null : working.Labels.Labels(how.Labels, train);
        var curve = new StudentCurve(context.Display, context.Clock);
        var trained = ml.Concepts().PretrainWithConcepts(
                Shape(study, arm), Model.Tokenizer, Model.Special, track, how.NeedsTeacher ? Model : null, wanted, curve,
                context.Cancellation)
            .Fit(corpus.View(train), Curve(study));
        return (trained, curve);
    }

    private ConceptPretrainOptions Wanted(StudyOptions study, string arm) =>
        StageOptions.StudentTraining(study, arm, options.Text, _teacher.Layer, Concepts(arm));

    // Ids of tokens are labels of another number.
    private int Concepts(string arm) =>
        ConceptArms.Known[arm].Labels == LabelSet.NextTokens ? Model.Config.VocabularySize : _teacher.Autoencoder.Latents;

    private TransformerConfig Shape(StudyOptions study, string arm) =>
        StageOptions.Student(study, arm, options.Text, Model.Config.VocabularySize);

    private TransformerConfig Inserted(StudyOptions study, string arm)
    {
        var wanted = Wanted(study, arm);
        if (wanted.Insert is not { } element) return Shape(study, arm);
        var concepts = element == InsertedElement.Concept;
        return Shape(study, arm) with
        {
            Insertion = new Insertion
            {
                Layer = wanted.Layer, Element = element, Mixing = wanted.Mixing, Concepts = concepts ? wanted.Concepts : 0,
                TopConcepts = concepts ? wanted.TopConcepts : 0,
                TargetWidth = element == InsertedElement.HiddenState ? Model.Config.Width : 0,
            },
        };
    }

    private IDataView Curve(StudyOptions study)
    {
        var split = study.Shifted ? TextSplit.ShiftValidation : TextSplit.Validation;
        return _curves.TryGetValue(split, out var known) ? known
            : _curves[split] = corpus.First(ml, split, Model.Tokenizer, options.Text.CurveTokens);
    }

    private double? ConceptLoss(ConceptArm how, string name)
    {
        if (how.Labels == LabelSet.None) return null;
        var steps = TrainingMetrics.Read(Checkpoints(name));
        return steps.Skip((int)(steps.Count * (1 - LastPart))).Select(step => step.Measures?.GetValueOrDefault("conceptLoss"))
            .OfType<double>().Select(loss => (double?)loss).Average();
    }

    private ColumnStatistics Columns(LanguageModel model)
    {
        var selected = ml.Concepts().Statistics(
            model, corpus.First(ml, TextSplit.Validation, Model.Tokenizer, options.Text.CurveTokens),
            new LabelConceptsOptions { SequenceLength = options.Text.SequenceLength }, context.Cancellation);
        return ColumnStatistics.Of(
            ConceptColumns.Norms(model), [.. Enumerable.Range(0, selected.Concepts).Select(selected.Frequency)]);
    }

    private string Checkpoints(string name) => Path.Combine(request.Out, "checkpoints", name);
}
