using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Ablation;
using MlNetLlm.CommunityTuning;
using MlNetLlm.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.Generation;
using MlNetLlm.HiddenStates;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Pretraining;
using MlNetLlm.Pruning;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Scoring;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <summary>Creates the library's components, as <see cref="MLContext"/>'s own catalogues do.</summary>
public sealed class LanguageModelCatalog
{
    private readonly MLContext _context;

    internal LanguageModelCatalog(MLContext context) => _context = context;

    /// <summary>Loads a language model.</summary>
    /// <param name="path">A folder or file, or the name of a catalogue data set, with or without datasets/ before it.</param>
    /// <exception cref="FileNotFoundException">There is no such file, folder or data set.</exception>
    /// <exception cref="InvalidDataException">The files are damaged or of an unknown kind.</exception>
    public LanguageModel Load(string path) => LanguageModel.Load(DatasetCatalog.Resolve(path));

    /// <summary>Reads plain text as rows with one column, Text.</summary>
    /// <param name="path">A file or folder, or the name of a catalogue data set, with or without datasets/ before it.</param>
    /// <param name="unit">What becomes a row.</param>
    public IDataView ReadText(string path, TextUnit unit = TextUnit.Paragraph) => TextFiles.Read(path, unit);

    /// <summary>Singular value fine-tuning with the next-token loss.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public SvfEstimator FineTuneSvf(
        LanguageModel model, SvfOptions? options = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options ?? new SvfOptions(), progress, cancellationToken);

    /// <summary>Low-rank adaptation with the next-token loss.</summary>
    /// <inheritdoc cref="FineTuneSvf"/>
    public LoraEstimator FineTuneLora(
        LanguageModel model, LoraOptions? options = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options ?? new LoraOptions(), progress, cancellationToken);

    /// <summary>Trains an SVF expert by reinforcement on a task's own verdict.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="reward">The verdict on an answer.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every iteration; what it calls tokens are answers.</param>
    /// <param name="cancellationToken">Stops within one iteration.</param>
    public TrainSvfExpertEstimator TrainSvfExpert(
        LanguageModel model, IReward reward, TrainSvfExpertOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, reward, options ?? new TrainSvfExpertOptions(), progress, cancellationToken);

    /// <summary>Trains a LoRA adapter by reinforcement on a task's own verdict.</summary>
    /// <inheritdoc cref="TrainSvfExpert"/>
    public TrainLoraExpertEstimator TrainLoraExpert(
        LanguageModel model, IReward reward, TrainLoraExpertOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, reward, options ?? new TrainLoraExpertOptions(), progress, cancellationToken);

    /// <summary>Answers prompts and grades the answers, row after row and as they are asked for.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="data">Rows with prompts and what is right.</param>
    /// <param name="reward">The verdict on an answer.</param>
    /// <param name="options">Options; null = the defaults: one greedy answer a row.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    public IEnumerable<GradedAnswer> Answers(
        LanguageModel model, IDataView data, IReward reward, AnswerOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GradedAnswers.Of(model, data, reward, options ?? new AnswerOptions(), cancellationToken);

    /// <summary>Full fine-tuning with the next-token loss: every weight of a copy is trained.</summary>
    /// <inheritdoc cref="FineTuneSvf"/>
    public FullEstimator FineTuneFull(
        LanguageModel model, FullOptions? options = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options ?? new FullOptions(), progress, cancellationToken);

    /// <summary>Fine-tuning of chosen modules with the next-token loss: every other weight keeps its bits.</summary>
    /// <inheritdoc cref="FineTuneSvf"/>
    public CommunityTuningEstimator FineTuneCommunity(
        LanguageModel model, CommunityTuningOptions options, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options, progress, cancellationToken);

    /// <summary>Trains a new model from random weights: on the next token, or on masked ones.</summary>
    /// <param name="config">Shape and kind of the model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public PretrainEstimator Pretrain(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, PretrainOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(config, tokenizer, special, options ?? new PretrainOptions(), progress, cancellationToken);

    /// <summary>Trains a task head and the body under frozen embeddings, of a model that an earlier step trains.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public AdaptToTaskEstimator AdaptToTask(
        AdaptToTaskOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(null, options ?? new AdaptToTaskOptions(), progress, cancellationToken);

    /// <summary>Trains a task head and a copy of a model's body under frozen embeddings.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public AdaptToTaskEstimator AdaptToTask(
        LanguageModel model, AdaptToTaskOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, options ?? new AdaptToTaskOptions(), progress, cancellationToken);

    /// <summary>Learns embeddings for another vocabulary under a model's frozen body.</summary>
    /// <param name="body">The model whose body is used; it is not changed.</param>
    /// <param name="tokenizer">The new tokenizer.</param>
    /// <param name="special">Its special tokens.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public RelearnEmbeddingsEstimator RelearnEmbeddings(
        LanguageModel body, Tokenizer tokenizer, SpecialTokens special, RelearnEmbeddingsOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(body, tokenizer, special, options ?? new RelearnEmbeddingsOptions(), progress, cancellationToken);

    /// <summary>A task's body and head with the embeddings and tokenizer of another language.</summary>
    /// <param name="task">The task, as it was adapted to.</param>
    /// <param name="language">The model whose embeddings are taken.</param>
    /// <exception cref="ArgumentException">The two models have different shapes.</exception>
    public TaskTransformer Assemble(TaskTransformer task, LanguageModel language) => task.Assemble(language);

    /// <summary>Scores text with the model that an earlier step of the pipeline trains.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreEstimator Score(ScoreOptions? options = null) => new(null, options ?? new ScoreOptions());

    /// <summary>Scores text with a given model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreEstimator Score(LanguageModel model, ScoreOptions? options = null) => new(model, options ?? new ScoreOptions());

    /// <summary>Continues texts with the model that an earlier step of the pipeline trains.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    public GenerateEstimator Generate(GenerationOptions? options = null) => new(null, options ?? new GenerationOptions());

    /// <summary>Continues texts with a given model.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public GenerateEstimator Generate(LanguageModel model, GenerationOptions? options = null) =>
        new(model, options ?? new GenerationOptions());

    /// <summary>Turns texts into vectors of hidden states of the model that an earlier step of the pipeline trains.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    public HiddenStatesEstimator HiddenStates(HiddenStatesOptions? options = null) => new(null, options ?? new HiddenStatesOptions());

    /// <summary>Turns texts into vectors of a model's hidden states, such as any ML.NET trainer takes as Features.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public HiddenStatesEstimator HiddenStates(LanguageModel model, HiddenStatesOptions? options = null) =>
        new(model, options ?? new HiddenStatesOptions());

    /// <summary>Turns texts into vectors of a model's hidden states after a given number of blocks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layer">See <see cref="HiddenStatesOptions.Layer"/>.</param>
    public HiddenStatesEstimator HiddenStates(LanguageModel model, int layer) =>
        HiddenStates(model, new HiddenStatesOptions { Layer = layer });

    /// <summary>Answers multiple-choice questions with the model that an earlier step of the pipeline trains.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreChoicesEstimator ScoreChoices(ScoreChoicesOptions? options = null) => new(null, options ?? new ScoreChoicesOptions());

    /// <summary>
    /// Answers multiple-choice questions with a given model; ML.NET's MulticlassClassification.Evaluate reads the result.
    /// </summary>
    /// <param name="model">A causal model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public ScoreChoicesEstimator ScoreChoices(LanguageModel model, ScoreChoicesOptions? options = null) =>
        new(model, options ?? new ScoreChoicesOptions());

    /// <summary>Answers questions in two passes: the first decides which SVF expert, the second answers with its weights.</summary>
    /// <param name="library">The experts and their base model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    public SelfAdaptingEstimator SelfAdapt(SvfExpertLibrary library, SelfAdaptationOptions? options = null) =>
        new(library, options ?? new SelfAdaptationOptions());

    /// <summary>Searches the mix of SVF experts that answers a few examples best, and answers with it.</summary>
    /// <param name="library">The experts and their base model.</param>
    /// <param name="reward">Says which answers are right; may be null where choices are scored.</param>
    /// <param name="options">The search; null = the defaults.</param>
    /// <param name="answers">How questions are answered; null = the defaults.</param>
    /// <param name="progress">Told after every generation.</param>
    /// <param name="cancellationToken">Stops between two candidates.</param>
    public FewShotMixEstimator FewShotMix(
        SvfExpertLibrary library, IReward? reward, FewShotMixOptions? options = null, SelfAdaptationOptions? answers = null,
        IProgress<MixGeneration>? progress = null, CancellationToken cancellationToken = default) =>
        new(library, reward, options ?? new FewShotMixOptions(), answers ?? new SelfAdaptationOptions(), progress, cancellationToken);

    /// <summary>
    /// Measures how important each module is for each data set, of the model that an earlier step of the pipeline trains.
    /// </summary>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every data set.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public ModuleImportanceEstimator ModuleImportance(
        ImportanceOptions? options = null, IProgress<ImportanceProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(null, options ?? new ImportanceOptions(), progress, cancellationToken);

    /// <summary>Measures how important each module of a given model is for each data set of labelled questions.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every data set.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public ModuleImportanceEstimator ModuleImportance(
        LanguageModel model, ImportanceOptions? options = null, IProgress<ImportanceProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, options ?? new ImportanceOptions(), progress, cancellationToken);

    /// <summary>Structured pruning: leaves a smaller model, without the parts that labelled questions need least.</summary>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public PruneEstimator Prune(LanguageModel model, PruneOptions? options = null, CancellationToken cancellationToken = default) =>
        new(model, options ?? new PruneOptions(), cancellationToken);

    /// <summary>Mean ablation: leaves a model whose chosen modules put out their mean on labelled questions, whatever the input.</summary>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">Which modules, and which rows the means are of.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public AblateEstimator Ablate(LanguageModel model, AblateOptions options, CancellationToken cancellationToken = default) =>
        new(model, options, cancellationToken);

    /// <summary>Perplexity and bits per byte of scored text, with standard errors over rows.</summary>
    /// <param name="scored">Data with the columns of <see cref="ScoreColumns"/>.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, a score is not a number, or nothing was
    /// scored.</exception>
    public LanguageModelMetrics Evaluate(IDataView scored, CancellationToken cancellationToken = default) =>
        LanguageModelMetrics.From(Scores(scored, cancellationToken));

    /// <summary>The scores row by row, for paired comparisons of two models on the same data.</summary>
    /// <param name="scored">Data with the columns of <see cref="ScoreColumns"/>.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public IReadOnlyList<TextScore> Scores(IDataView scored, CancellationToken cancellationToken = default)
    {
        var nll = Scored(scored.Schema, ScoreColumns.NegativeLogLikelihood, NumberDataViewType.Double);
        var tokens = Scored(scored.Schema, ScoreColumns.Tokens, NumberDataViewType.Int32);
        var bytes = Scored(scored.Schema, ScoreColumns.Bytes, NumberDataViewType.Int32);
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
