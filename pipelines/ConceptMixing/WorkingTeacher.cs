using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;
using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>A teacher with its autoencoder and labels, all made or read and open, and what was measured of them.</summary>
internal sealed class WorkingTeacher : IDisposable
{
    private readonly SparseAutoencoder _autoencoder;

    /// <summary>Makes what an earlier run has not kept.</summary>
    /// <param name="ml">ML.NET.</param>
    /// <param name="name">The teacher's name among files and parts.</param>
    /// <param name="teacher">The model's options.</param>
    /// <param name="autoencoder">The autoencoder's.</param>
    /// <param name="studies">The studies whose students learn from it.</param>
    /// <param name="options">All options.</param>
    /// <param name="model">The model.</param>
    /// <param name="result">What is known of its training.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="kept">Kept parts.</param>
    /// <param name="request">The run.</param>
    /// <param name="context">Progress and cancellation.</param>
    public WorkingTeacher(
        MLContext ml, string name, TeacherOptions teacher, AutoencoderOptions autoencoder, IReadOnlyList<StudyOptions> studies,
        ConceptsOptions options, LanguageModel model, TeacherResult result, Corpus corpus, KeptParts kept, RunRequest request,
        RunContext context)
    {
        var length = options.Text.SequenceLength;
        var loss = kept.Get($"{name}.loss", () => LanguageLoss.Of(
            model, corpus.View(TextSplit.Validation), new PretrainOptions { SequenceLength = length, BatchSize = 32 },
            context.Cancellation));
        var stage = new AutoencoderStage(ml, name, autoencoder, teacher, model, length, corpus, request, context);
        var measured = kept.Get($"{name}.autoencoder", stage.Run);
        _autoencoder = stage.Open();
        Concepts = new ConceptTeacher(model, _autoencoder, teacher.Layer);
        Labels = new LabelStage(
            ml, name, studies, autoencoder.StoredLabels, length, Concepts, stage, corpus, request, context);
        List<LabelResult> labels = [.. Wanted(studies).Select(item => kept.Get(
            $"{name}.labels.{item.Set}.{item.Split}", () => Labels.Measure(item.Set, item.Split, item.Labels)))];
        var gates = Gates.Of(autoencoder.Gates, measured, labels[0], _autoencoder.Latents);
        foreach (var gate in gates.Where(gate => !gate.Passed))
            context.Display.Note($"The {name}'s autoencoder fails a gate: {gate.Text}.");
        Run = new TeacherRun(name, result, loss, measured, gates, labels);
    }

    /// <summary>Model, autoencoder and layer.</summary>
    public ConceptTeacher Concepts { get; }

    /// <summary>Its labels.</summary>
    public LabelStage Labels { get; }

    /// <summary>What was measured.</summary>
    public TeacherRun Run { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Labels.Dispose();
        _autoencoder.Dispose();
        Concepts.Model.Dispose();
    }

    // The first entry is what the gates are about: labels of V.
    private static IEnumerable<(LabelSet Set, TextSplit Split, int Labels)> Wanted(IReadOnlyList<StudyOptions> studies)
    {
        var wanted = new List<(LabelSet Set, TextSplit Split, int Labels)>
        {
            (LabelSet.Plus, TextSplit.Validation, studies.Count > 0 ? studies[0].Labels : 1),
        };
        foreach (var study in studies)
        {
            var split = study.Shifted ? TextSplit.ShiftStudent : TextSplit.Student;
            wanted.AddRange(study.Arms.Select(arm => ConceptArms.Known[arm].Labels).Where(set => set != LabelSet.None)
                .Select(set => (set, split, study.Labels)));
        }
        return wanted.DistinctBy(item => (item.Set, item.Split));
    }
}
