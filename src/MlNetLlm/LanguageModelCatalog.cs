using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.HiddenStates;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Scoring;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm;

/// <summary>Creates the library's components, as <see cref="MLContext"/>'s own catalogues do.</summary>
/// <remarks>
/// Remarks name the columns that a step reads and adds by their usual names; options have others. A fitted pipeline is saved by
/// <c>ml.Model.Save</c> and loads by <c>ml.Model.Load</c> in a process that has the library beside it; control labels
/// (<see cref="ProbeCatalog.ControlLabels"/>) alone are not saved. Each step that uses a model carries it in the file: up to 1 GiB a step,
/// and in memory, after loading, twice the size of its files; the weights restored of them are shared by Score, Generate, HiddenStates and
/// ScoreChoices steps of the same model. A loaded pipeline computes row by row, which takes longer for many rows than batches do: where
/// that matters, or a model is larger, keep the model by <see cref="LanguageModel.Save"/> and build the pipeline anew around what
/// <see cref="Load"/> gives.
/// </remarks>
public sealed partial class LanguageModelCatalog
{
    private readonly MLContext _context;

    internal LanguageModelCatalog(MLContext context) => _context = context;

    /// <summary>Loads a language model.</summary>
    /// <param name="path">A folder or file, or the name of a catalogue data set, with or without datasets/ before it.</param>
    /// <exception cref="FileNotFoundException">There is no such file, folder or data set.</exception>
    /// <exception cref="InvalidDataException">The files are damaged or of an unknown kind.</exception>
    public LanguageModel Load(string path) => LanguageModel.Load(DatasetCatalog.Resolve(path));

    /// <summary>Reads plain text as rows with one column, Text.</summary>
    /// <remarks>Gives rows with Text (text), read anew by each pass and never held in memory as a whole.</remarks>
    /// <param name="path">A file or folder, or the name of a catalogue data set, with or without datasets/ before it.</param>
    /// <param name="unit">What becomes a row.</param>
    public IDataView ReadText(string path, TextUnit unit = TextUnit.Paragraph) => TextFiles.Read(path, unit);

    /// <summary>Answers prompts and grades the answers, row after row and as they are asked for.</summary>
    /// <remarks>
    /// Reads Prompt (text) and Answer (text: what is right). Gives no data view but the answers themselves: count those that are right.
    /// </remarks>
    /// <param name="model">A causal model.</param>
    /// <param name="data">Rows with prompts and what is right.</param>
    /// <param name="reward">The verdict on an answer.</param>
    /// <param name="options">Options; null = the defaults: one greedy answer a row.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    public IEnumerable<GradedAnswer> Answers(
        LanguageModel model, IDataView data, IReward reward, AnswerOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GradedAnswers.Of(model, data, reward, options ?? new AnswerOptions(), cancellationToken);

    /// <summary>Scores text with the model that an earlier step of the pipeline trains.</summary>
    /// <remarks>
    /// Reads Text (text; a prompt, where the options name a completion beside it). Adds NegativeLogLikelihood (Double, nats a row),
    /// Tokens (Int32, those that were scored) and Bytes (Int32, UTF-8), which <see cref="Evaluate"/> reads. See <see cref="FineTuneSvf"/>
    /// for an example.
    /// </remarks>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreEstimator Score(ScoreOptions? options = null) => new(null, options ?? new ScoreOptions());

    /// <summary>Scores text with a given model.</summary>
    /// <remarks>
    /// Reads Text (text; a prompt, where the options name a completion beside it). Adds NegativeLogLikelihood (Double, nats a row),
    /// Tokens (Int32, those that were scored) and Bytes (Int32, UTF-8), which <see cref="Evaluate"/> reads.
    /// </remarks>
    /// <example>
    /// <code>
    /// var metrics = ml.LanguageModels().Evaluate(ml.LanguageModels().Score(model).Fit(text).Transform(text));
    /// </code>
    /// </example>
    /// <param name="model">The model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreEstimator Score(LanguageModel model, ScoreOptions? options = null) => new(model, options ?? new ScoreOptions());

    /// <summary>Continues texts with the model that an earlier step of the pipeline trains.</summary>
    /// <remarks>
    /// Reads Text (text). Adds Generated (text, the continuation alone) and CutTokens (Int32, tokens of a too long text's start that the
    /// model was not shown). See the other overload for an example.
    /// </remarks>
    /// <param name="options">Options; null = the defaults.</param>
    public GenerateEstimator Generate(GenerationOptions? options = null) => new(null, options ?? new GenerationOptions());

    /// <summary>Continues texts with a given model.</summary>
    /// <remarks>
    /// Reads Text (text). Adds Generated (text, the continuation alone) and CutTokens (Int32, tokens of a too long text's start that the
    /// model was not shown).
    /// </remarks>
    /// <example>
    /// <code>
    /// var stories = ml.LanguageModels().Generate(model, new GenerationOptions { MaxTokens = 50, Temperature = 0.8 }).Fit(prompts);
    /// foreach (var story in stories.Transform(prompts).GetColumn&lt;string&gt;("Generated")) Console.WriteLine(story);
    /// </code>
    /// </example>
    /// <param name="model">A causal model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public GenerateEstimator Generate(LanguageModel model, GenerationOptions? options = null) =>
        new(model, options ?? new GenerationOptions());

    /// <summary>Turns texts into vectors of hidden states of the model that an earlier step of the pipeline trains.</summary>
    /// <remarks>
    /// Reads Text (text). Adds Features (vector of Single, as long as the model is wide times the positions asked for; of no fixed size
    /// where all tokens are). See the next overload for an example.
    /// </remarks>
    /// <param name="options">Options; null = the defaults.</param>
    public HiddenStatesEstimator HiddenStates(HiddenStatesOptions? options = null) => new(null, options ?? new HiddenStatesOptions());

    /// <summary>Turns texts into vectors of a model's hidden states, such as any ML.NET trainer takes as Features.</summary>
    /// <remarks>
    /// Reads Text (text). Adds Features (vector of Single, as long as the model is wide times the positions asked for; of no fixed size
    /// where all tokens are).
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Topic")
    ///     .Append(ml.LanguageModels().HiddenStates(model, layer: 3))
    ///     .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
    /// </code>
    /// </example>
    /// <param name="model">The model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public HiddenStatesEstimator HiddenStates(LanguageModel model, HiddenStatesOptions? options = null) =>
        new(model, options ?? new HiddenStatesOptions());

    /// <summary>Turns texts into vectors of a model's hidden states after a given number of blocks.</summary>
    /// <remarks>
    /// Reads Text (text). Adds Features (vector of Single, as long as the model is wide: the state of the last token). See the other
    /// overload for an example.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="layer">See <see cref="HiddenStatesOptions.Layer"/>.</param>
    public HiddenStatesEstimator HiddenStates(LanguageModel model, int layer) =>
        HiddenStates(model, new HiddenStatesOptions { Layer = layer });

    /// <summary>Answers multiple-choice questions with the model that an earlier step of the pipeline trains.</summary>
    /// <remarks>
    /// Reads Prompt (text), Continuations (vector of text, a choice each with its separating space) and, to fit, Label (key, the right
    /// choice). Adds Score (vector of Single, a probability a choice, slots named as the label's values), PredictedLabel (key with the
    /// label's values), LogLikelihoods (vector of Single, one a choice) and CutTokens (Int32). What is measured is lm-evaluation-harness'
    /// acc or acc_norm. See the other overload for an example.
    /// </remarks>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreChoicesEstimator ScoreChoices(ScoreChoicesOptions? options = null) => new(null, options ?? new ScoreChoicesOptions());

    /// <summary>
    /// Answers multiple-choice questions with a given model; ML.NET's MulticlassClassification.Evaluate reads the result.
    /// </summary>
    /// <remarks>
    /// Reads Prompt (text), Continuations (vector of text, a choice each with its separating space) and, to fit, Label (key, the right
    /// choice). Adds Score (vector of Single, a probability a choice, slots named as the label's values), PredictedLabel (key with the
    /// label's values), LogLikelihoods (vector of Single, one a choice) and CutTokens (Int32). What is measured is lm-evaluation-harness'
    /// acc or acc_norm.
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Answer")
    ///     .Append(ml.Transforms.Concatenate("Continuations", "First", "Second"))
    ///     .Append(ml.LanguageModels().ScoreChoices(model));
    /// MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(pipeline.Fit(questions).Transform(questions));
    /// </code>
    /// </example>
    /// <param name="model">A causal model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreChoicesEstimator ScoreChoices(LanguageModel model, ScoreChoicesOptions? options = null) =>
        new(model, options ?? new ScoreChoicesOptions());

    /// <summary>
    /// Answers questions in two passes: the first decides which SVF expert, the second answers with its weights (Sun, Cetin and Tang,
    /// Transformer², ICLR 2025, section 3.2).
    /// </summary>
    /// <remarks>
    /// Reads Text (text). Adds Expert (text, who answered), Weights (vector of Single, each expert's part), Answer (text),
    /// FirstPassSeconds and SecondPassSeconds (Double) and CutTokens (Int32).
    /// </remarks>
    /// <example>
    /// <code>
    /// using var library = new SvfExpertLibrary(model, ("math", math), ("code", code));
    /// var answered = ml.LanguageModels().SelfAdapt(library).Fit(questions).Transform(questions);
    /// </code>
    /// </example>
    /// <param name="library">The experts and their base model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public SelfAdaptingEstimator SelfAdapt(SvfExpertLibrary library, SelfAdaptationOptions? options = null) =>
        new(library, options ?? new SelfAdaptationOptions());

    /// <summary>
    /// Searches the mix of SVF experts that answers a few examples best, and answers with it (Sun, Cetin and Tang, Transformer², ICLR
    /// 2025, section 3.2, few-shot adaptation).
    /// </summary>
    /// <remarks>
    /// Reads Text (text) and, to fit, Answer (text), or Continuations (vector of text) and Label (key) where choices are scored. Adds
    /// Expert (text, who answered), Weights (vector of Single, each expert's part), Answer (text), FirstPassSeconds and SecondPassSeconds
    /// (Double) and CutTokens (Int32).
    /// </remarks>
    /// <example>
    /// <code>
    /// var answering = ml.LanguageModels().FewShotMix(library, new NumericAnswerReward()).Fit(examples);
    /// </code>
    /// </example>
    /// <param name="library">The experts and their base model.</param>
    /// <param name="reward">Says which answers are right; may be null where choices are scored.</param>
    /// <param name="options">The search; null = the defaults.</param>
    /// <param name="answers">How questions are answered; null = the defaults.</param>
    /// <param name="progress">Told after every generation.</param>
    /// <param name="cancellationToken">Stops within a candidate.</param>
    public FewShotMixEstimator FewShotMix(
        SvfExpertLibrary library, IReward? reward, FewShotMixOptions? options = null, SelfAdaptationOptions? answers = null,
        IProgress<MixGeneration>? progress = null, CancellationToken cancellationToken = default) =>
        new(library, reward, options ?? new FewShotMixOptions(), answers ?? new SelfAdaptationOptions(), progress, cancellationToken);

    /// <summary>
    /// Measures how important each module is for each data set, of the model that an earlier step of the pipeline trains (Bhandari, Chen
    /// and Gao 2025).
    /// </summary>
    /// <remarks>
    /// Reads Prompt (text), Continuations (vector of text) and Label (key, the right choice), or Prompt and an answer column, and DataSet
    /// (text, to which set a row belongs). Adds Importance (vector of Single, one a module, slots named by them: the importances for the
    /// row's data set); then only DataSet is read. The matrix is the fitted transformer's. See the other overload for an example.
    /// </remarks>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every data set.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public ModuleImportanceEstimator ModuleImportance(
        ImportanceOptions? options = null, IProgress<ImportanceProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(null, options ?? new ImportanceOptions(), progress, cancellationToken);

    /// <summary>
    /// Measures how important each module of a given model is for each data set of labelled questions (Bhandari, Chen and Gao 2025).
    /// </summary>
    /// <remarks>
    /// Reads Prompt (text), Continuations (vector of text) and Label (key, the right choice), or Prompt and an answer column, and DataSet
    /// (text, to which set a row belongs). Adds Importance (vector of Single, one a module, slots named by them: the importances for the
    /// row's data set); then only DataSet is read. The matrix is the fitted transformer's.
    /// </remarks>
    /// <example>
    /// <code>
    /// NamedMatrix importances = ml.LanguageModels().ModuleImportance(model).Fit(questions).Matrix;
    /// </code>
    /// </example>
    /// <param name="model">A causal model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every data set.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public ModuleImportanceEstimator ModuleImportance(
        LanguageModel model, ImportanceOptions? options = null, IProgress<ImportanceProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, options ?? new ImportanceOptions(), progress, cancellationToken);

    /// <summary>Perplexity and bits per byte of scored text, with standard errors over rows.</summary>
    /// <remarks>
    /// Reads NegativeLogLikelihood (Double), Tokens (Int32) and Bytes (Int32), which <see cref="Score(ScoreOptions?)"/> adds.
    /// </remarks>
    /// <param name="scored">Data with the columns of <see cref="ScoreColumns"/>.</param>
    /// <param name="cancellationToken">Stops between two rows; where this library computes them, between two of its batches.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, a score is not a number, or nothing was
    /// scored.</exception>
    public LanguageModelMetrics Evaluate(IDataView scored, CancellationToken cancellationToken = default) =>
        LanguageModelMetrics.From(Scores(scored, cancellationToken));

    /// <summary>The scores row by row, for paired comparisons of two models on the same data.</summary>
    /// <remarks>Reads NegativeLogLikelihood (Double), Tokens (Int32) and Bytes (Int32).</remarks>
    /// <param name="scored">Data with the columns of <see cref="ScoreColumns"/>.</param>
    /// <param name="cancellationToken">Stops between two rows; where this library computes them, between two of its batches.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public IReadOnlyList<TextScore> Scores(IDataView scored, CancellationToken cancellationToken = default)
    {
        var nll = Scored(scored.Schema, ScoreColumns.NegativeLogLikelihood, NumberDataViewType.Double);
        var tokens = Scored(scored.Schema, ScoreColumns.Tokens, NumberDataViewType.Int32);
        var bytes = Scored(scored.Schema, ScoreColumns.Bytes, NumberDataViewType.Int32);
        using var stop = WorkStop.Lend(cancellationToken);
        using var cursor = scored.GetRowCursor([nll, tokens, bytes]);
        var (getNll, getTokens, getBytes) = (cursor.GetGetter<double>(nll), cursor.GetGetter<int>(tokens), cursor.GetGetter<int>(bytes));
        var (nllValue, tokenValue, byteValue) = (0d, 0, 0);
        var scores = new List<TextScore>();
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            getNll(ref nllValue);
            getTokens(ref tokenValue);
            getBytes(ref byteValue);
            scores.Add(new TextScore(nllValue, tokenValue, byteValue));
        }
        return scores;
    }

    private static DataViewSchema.Column Scored(DataViewSchema schema, string name, DataViewType type) =>
        Columns.Find(schema, name, "Score() as the step before", found => found.Equals(type), $"{type}");
}
