using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Generation;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Ejects the first study's main contrast: teacher, autoencoder, labels, and students by next-token prediction, by distillation and with
/// concepts mixed in. Texts become files, which one's own can replace. Other arms, gates and steering's measurements stay behind.
/// </summary>
internal static class ConceptsEjection
{
    private static readonly string[] _contrast = [ConceptArms.Baseline, ConceptArms.Distillation, ConceptArms.Concepts];

    /// <exception cref="InvalidOperationException">
    /// The run's teacher was made elsewhere, its first study has another teacher or text or lacks an arm, or its text is not here.
    /// </exception>
    public static EjectedRun Of(RunResult result)
    {
        var options = PresetFile.FromJson<ConceptsOptions>(result.Options);
        var (study, text) = (options.Studies[0], options.Text);
        if (options.Teacher.Folder is { } folder)
            throw new InvalidOperationException(
                $"This run had a teacher made elsewhere ('{folder}'); only a run that trained its teacher can be ejected.");
        if (study.WeakTeacher || study.Shifted)
            throw new InvalidOperationException(
                $"The first study of this run, '{study.Name}', has another teacher or text; only one of the main ones can be ejected.");
        var group = study.Runs.FirstOrDefault(runs => !_contrast.Except(runs.Arms).Any())
            ?? throw new InvalidOperationException($"The first study of this run has no group of runs with {string.Join(", ", _contrast)}; "
                + "only one that has can be ejected.");
        var run = new EjectedRun(result, "ConceptMixing/Ejected",
            "other arms and studies, the search for learning rates, gates, steering's measurements, and the verdicts on claims")
            .Value("Study", "What the run calls this contrast.", study.Name)
            .Value("Students", "Students an arm.", group.Seeds)
            .Value("Vocabulary", "The vocabulary.", StageOptions.Vocabulary(text))
            .Value("TeacherModel", "The teacher's shape; its vocabulary is what was learned.",
                StageOptions.Teacher(options.Teacher, text, 1))
            .Value("TeacherTraining", "Its training.", StageOptions.TeacherTraining(options.Teacher, text) with { Seed = result.Seed })
            .Value("Layer", "The teacher's layer that concepts are of.", options.Teacher.Layer)
            .Value("States", "The hidden states that its autoencoder reads.", StageOptions.States(options.Teacher))
            .Value("Autoencoder", "The autoencoder.",
                StageOptions.Autoencoder(options.Autoencoder, options.Teacher, options.Teacher.Shape.Width) with { Seed = result.Seed })
            .Value("Splice", "How the model is read with the autoencoder in it.",
                new LabelConceptsOptions { SequenceLength = text.SequenceLength })
            .Value("Labels", "The labels of the students' text.",
                StageOptions.Labels(text.SequenceLength, options.Autoencoder.StoredLabels, ConceptLabelKind.Plus))
            .Value("Models", "The students' shapes.", _contrast.ToDictionary(arm => arm, arm => StageOptions.Student(study, arm, text, 1)))
            .Value("Arms", "How they train: plain, by distillation, with concepts.",
                _contrast.ToDictionary(arm => arm, arm => StageOptions
                    .StudentTraining(study, arm, text, options.Teacher.Layer, options.Autoencoder.Latents)
                    .For(study, study.Training.Tokens, Rate(result, study, arm))))
            .Value("Reading", "How a loss is read.", StageOptions.Reading(text, study.Training.Device))
            .Value("Generation", "How the saved student writes.", new GenerationOptions { MaxTokens = 24 });
        Texts(run, result, options);
        return run;
    }

    private static double Rate(RunResult result, StudyOptions study, string arm)
    {
        var from = $"{study.Name}/{ConceptArms.Known[arm].RateOf}";
        return result.Metrics.First(metric => metric.Arm == from && metric.Name == ConceptsReport.ChosenRate).Value;
    }

    // The text is counted in the vocabulary, so that is learned here once more.
    private static void Texts(EjectedRun run, RunResult result, ConceptsOptions options)
    {
        var ml = new MLContext(result.Seed);
        var text = new SplitText(ml, options.Text, ProgressDisplay.OnStandardError());
        var tokenizer = BpeTrainer.Train(text.Blocks(TextSplit.Teacher), StageOptions.Vocabulary(options.Text));
        var corpus = Corpus.Of(text, options, tokenizer);
        if (!text.Describe(corpus.Sizes).SequenceEqual(result.Data))
            throw new InvalidOperationException(
                $"The text '{options.Text.Name}' is here no more as this run read it; only a run whose text is here can be ejected.");
        Add("teacher", corpus.View(TextSplit.Teacher));
        Add("student", corpus.View(TextSplit.Student));
        Add("validation", corpus.View(TextSplit.Validation));
        Add("curve", corpus.First(ml, TextSplit.Validation, tokenizer, options.Text.CurveTokens));
        Add("autoencoder", corpus.First(ml, TextSplit.Teacher, tokenizer, options.Autoencoder.Tokens));

        void Add(string part, IDataView rows) => run.Rows($"{part}.jsonl", TextRows.Of(rows).Select(row => new { Text = row }));
    }
}
