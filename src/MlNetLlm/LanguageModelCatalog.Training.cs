using Microsoft.ML.Tokenizers;
using MlNetLlm.Ablation;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Pretraining;
using MlNetLlm.Pruning;
using MlNetLlm.Rewards;
using MlNetLlm.Svf;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <content>Steps that train or change a model.</content>
public sealed partial class LanguageModelCatalog
{
    /// <summary>
    /// Singular value fine-tuning with the next-token loss: one multiplier a singular component is trained (Sun, Cetin and Tang,
    /// Transformer², ICLR 2025).
    /// </summary>
    /// <remarks>
    /// Reads Text (text; other names, prompts with completions or rows of tokens by options). Adds LanguageModel (text, the tuned model's
    /// fingerprint), through which later steps of the pipeline find the model.
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.LanguageModels().FineTuneSvf(model, new SvfOptions { MaxTokens = 20_000 }).Append(ml.LanguageModels().Score());
    /// var tuned = pipeline.Fit(train);
    /// LanguageModelMetrics metrics = ml.LanguageModels().Evaluate(tuned.Transform(test));
    /// </code>
    /// </example>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public SvfEstimator FineTuneSvf(
        LanguageModel model, SvfOptions? options = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options ?? new SvfOptions(), progress, cancellationToken);

    /// <summary>Low-rank adaptation with the next-token loss (Hu et al., LoRA, ICLR 2022).</summary>
    /// <remarks>
    /// Reads Text (text; other names, prompts with completions or rows of tokens by options). Adds LanguageModel (text, the tuned model's
    /// fingerprint), through which later steps of the pipeline find the model. Used like <see cref="FineTuneSvf"/>.
    /// </remarks>
    /// <inheritdoc cref="FineTuneSvf"/>
    public LoraEstimator FineTuneLora(
        LanguageModel model, LoraOptions? options = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options ?? new LoraOptions(), progress, cancellationToken);

    /// <summary>Full fine-tuning with the next-token loss: every weight of a copy is trained.</summary>
    /// <remarks>
    /// Reads Text (text; other names, prompts with completions or rows of tokens by options). Adds LanguageModel (text, the tuned model's
    /// fingerprint), through which later steps of the pipeline find the model. Used like <see cref="FineTuneSvf"/>.
    /// </remarks>
    /// <inheritdoc cref="FineTuneSvf"/>
    public FullEstimator FineTuneFull(
        LanguageModel model, FullOptions? options = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        new(model, options ?? new FullOptions(), progress, cancellationToken);

    /// <summary>
    /// Trains an SVF expert by reinforcement on a task's own verdict (Sun, Cetin and Tang, Transformer², ICLR 2025, sections 3.1 and
    /// 3.2).
    /// </summary>
    /// <remarks>
    /// Reads Prompt (text) and Answer (text: what is right, as the reward takes it). Adds LanguageModel (text, the tuned model's
    /// fingerprint), through which later steps of the pipeline find the model.
    /// </remarks>
    /// <example>
    /// <code>
    /// var expert = ml.LanguageModels().TrainSvfExpert(model, new NumericAnswerReward()).Fit(questions).Learned;
    /// AdapterFolder.Save(expert, "experts/arithmetic");
    /// </code>
    /// </example>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="reward">The verdict on an answer.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every iteration; what it calls tokens are answers.</param>
    /// <param name="cancellationToken">Stops within one iteration.</param>
    public TrainSvfExpertEstimator TrainSvfExpert(
        LanguageModel model, IReward reward, TrainSvfExpertOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, reward, options ?? new TrainSvfExpertOptions(), progress, cancellationToken);

    /// <summary>Trains a LoRA adapter by reinforcement on a task's own verdict, to compare SVF experts with.</summary>
    /// <remarks>
    /// Reads Prompt (text) and Answer (text). Adds LanguageModel (text, the tuned model's fingerprint), through which later steps of the
    /// pipeline find the model. Used like <see cref="TrainSvfExpert"/>.
    /// </remarks>
    /// <inheritdoc cref="TrainSvfExpert"/>
    public TrainLoraExpertEstimator TrainLoraExpert(
        LanguageModel model, IReward reward, TrainLoraExpertOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, reward, options ?? new TrainLoraExpertOptions(), progress, cancellationToken);

    /// <summary>
    /// Trains a new model from random weights, on the next token or on masked ones, with embeddings reset from time to time where the
    /// options say so (Chen et al. 2023, active forgetting).
    /// </summary>
    /// <remarks>
    /// Reads Text (text; other names, prompts with completions or rows of tokens by options). Adds LanguageModel (text, the new model's
    /// fingerprint), through which later steps of the pipeline find the model.
    /// </remarks>
    /// <example>
    /// <code>
    /// var tokenizer = VocabularyTokenizer.Bytes();
    /// var config = TransformerConfig.Llama(tokenizer.VocabularySize, width: 64, layers: 4, heads: 4, contextLength: 128);
    /// LanguageModel model = ml.LanguageModels().Pretrain(config, tokenizer, tokenizer.Special).Fit(text).Model;
    /// </code>
    /// </example>
    /// <param name="config">Shape and kind of the model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="stopWhen">
    /// Asked after every validation whether the model is good enough (<see cref="PretrainEstimator.StopWhen"/>); null = never.
    /// </param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public PretrainEstimator Pretrain(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, PretrainOptions? options = null,
        Func<LanguageModel, bool>? stopWhen = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(config, tokenizer, special, options ?? new PretrainOptions(), progress, cancellationToken) { StopWhen = stopWhen };

    /// <summary>
    /// Trains a task head and the body under frozen embeddings, of a model that an earlier step trains (Artetxe et al. 2020; Chen et al.
    /// 2023).
    /// </summary>
    /// <remarks>
    /// Reads Text (text), Label (key of two or more values) and what the task needs beside them: a second text where PairColumn is set,
    /// Start (Int32) for words, Continuations (vector of text) for choices. Adds Score (vector of Single, a probability a class, slots
    /// named as the label's values) and PredictedLabel (key with the label's values), which MulticlassClassification.Evaluate reads. The
    /// label is needed to fit only. See the other overload for an example.
    /// </remarks>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public AdaptToTaskEstimator AdaptToTask(
        AdaptToTaskOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(null, options ?? new AdaptToTaskOptions(), progress, cancellationToken);

    /// <summary>Trains a task head and a copy of a model's body under frozen embeddings (Artetxe et al. 2020; Chen et al. 2023).</summary>
    /// <remarks>
    /// Reads Text (text), Label (key of two or more values) and what the task needs beside them: a second text where PairColumn is set,
    /// Start (Int32) for words, Continuations (vector of text) for choices. Adds Score (vector of Single, a probability a class, slots
    /// named as the label's values) and PredictedLabel (key with the label's values), which MulticlassClassification.Evaluate reads. The
    /// label is needed to fit only.
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Topic").Append(ml.LanguageModels().AdaptToTask(model));
    /// MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(pipeline.Fit(train).Transform(test));
    /// </code>
    /// </example>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public AdaptToTaskEstimator AdaptToTask(
        LanguageModel model, AdaptToTaskOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, options ?? new AdaptToTaskOptions(), progress, cancellationToken);

    /// <summary>Learns embeddings for another vocabulary under a model's frozen body (Artetxe et al. 2020; Chen et al. 2023).</summary>
    /// <remarks>
    /// Reads Text (text of the new language). Adds LanguageModel (text, the fingerprint of the body with the new embeddings). With <see
    /// cref="Assemble"/> a task follows its body into the new language.
    /// </remarks>
    /// <example>
    /// <code>
    /// var learned = ml.LanguageModels().RelearnEmbeddings(model, tokenizer, tokenizer.Special).Fit(swahili).Model;
    /// TaskTransformer task = ml.LanguageModels().Assemble(englishTask, learned);
    /// </code>
    /// </example>
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
    /// <remarks>
    /// The transformer reads and adds what the task does; nothing is trained (Chen et al. 2023, assembly). See
    /// <see cref="RelearnEmbeddings"/> for an example.
    /// </remarks>
    /// <param name="task">The task, as it was adapted to.</param>
    /// <param name="language">The model whose embeddings are taken.</param>
    /// <exception cref="ArgumentException">The two models have different shapes.</exception>
    public TaskTransformer Assemble(TaskTransformer task, LanguageModel language) => task.Assemble(language);

    /// <summary>
    /// Structured pruning: leaves a smaller model, without the parts that labelled questions need least (Ma, Fang and Wang, LLM-Pruner,
    /// 2023).
    /// </summary>
    /// <remarks>
    /// Reads Prompt (text), Continuations (vector of text) and Label (key, the right choice), or Prompt and an answer column. Adds
    /// LanguageModel (text, the smaller model's fingerprint), through which later steps of the pipeline find the model.
    /// </remarks>
    /// <example>
    /// <code>
    /// LanguageModel smaller = ml.LanguageModels().Prune(model, new PruneOptions { Ratio = 0.2 }).Fit(questions).Model;
    /// </code>
    /// </example>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public PruneEstimator Prune(LanguageModel model, PruneOptions? options = null, CancellationToken cancellationToken = default) =>
        new(model, options ?? new PruneOptions(), cancellationToken);

    /// <summary>Mean ablation: leaves a model whose chosen modules put out their mean on labelled questions, whatever the input.</summary>
    /// <remarks>
    /// Reads Prompt (text), Continuations (vector of text) and Label (key, the right choice), or Prompt and an answer column. Adds
    /// LanguageModel (text, the changed model's fingerprint), through which later steps of the pipeline find the model.
    /// </remarks>
    /// <example>
    /// <code>
    /// var without = new AblateOptions { Modules = ["layers.1.mlp.down"] };
    /// var pipeline = ml.LanguageModels().Ablate(model, without).Append(ml.LanguageModels().ScoreChoices());
    /// </code>
    /// </example>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">Which modules, and which rows the means are of.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public AblateEstimator Ablate(LanguageModel model, AblateOptions options, CancellationToken cancellationToken = default) =>
        new(model, options, cancellationToken);
}
