using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// Searches the mix of experts that does best on the rows it is fitted on, and answers with it: one search a task, none a question
/// (Transformer², section 3.2, few-shot adaptation; strategy C).
/// </summary>
public sealed class FewShotMixEstimator : IEstimator<SelfAdaptingTransformer>
{
    private readonly SvfExpertLibrary _library;
    private readonly IReward? _reward;
    private readonly FewShotMixOptions _options;
    private readonly SelfAdaptationOptions _answers;
    private readonly IProgress<MixGeneration>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Searches a mix.</summary>
    /// <param name="library">The experts and their base model; not owned.</param>
    /// <param name="reward">Says which answers are right; may be null where choices are scored.</param>
    /// <param name="options">The search.</param>
    /// <param name="answers">How questions are answered; strategy and mix are set by the search.</param>
    /// <param name="progress">Told after every generation.</param>
    /// <param name="cancellationToken">Stops within a candidate.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named. Or the model is not causal.</exception>
    public FewShotMixEstimator(
        SvfExpertLibrary library, IReward? reward, FewShotMixOptions options, SelfAdaptationOptions answers,
        IProgress<MixGeneration>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(library);
        _ = CausalModel.Require(library.Base, "FewShotMix");
        _options = options.Validated();
        if (reward is null && _options.Scoring == FewShotScoring.Generation)
            throw new ArgumentException("Scoring by generation needs a reward. Give one, or set Scoring to Choices.", nameof(reward));
        (_library, _reward, _progress, _cancellation) = (library, reward, progress, cancellationToken);
        // Checked now with the mix the search starts from, not after it.
        var space = new MixSpace(library, _options.Experts, perMatrix: false);
        _answers = (answers with { Strategy = AdaptationStrategy.FewShot, Mix = SvfMix.Uniform(space.Experts) }).ValidatedFor(library);
    }

    /// <summary>Searches on the first rows of <paramref name="input"/>; see <see cref="FewShotMixOptions.Shots"/>.</summary>
    /// <exception cref="ArgumentException">A column is missing or mistyped, there is no row, or a reference is no good.</exception>
    public SelfAdaptingTransformer Fit(IDataView input)
    {
        var objective = Objective(input);
        using var mixer = new SvfMixer(_library);
        var found = MixSearch.Run(
            mixer, _options.Experts, _options.PerMatrix, objective, _options.CrossEntropy, _cancellation, _progress);
        return new SelfAdaptingTransformer(_library, _answers with { Mix = found.Mix }, found);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        if (_options.Scoring == FewShotScoring.Generation)
            Columns.Text(inputSchema, _options.AnswerColumn, nameof(_options.AnswerColumn));
        else
            Columns.Texts(inputSchema, _options.ContinuationsColumn, nameof(_options.ContinuationsColumn));
        return SelfAdaptingEstimator.Output(inputSchema, _library, _answers);
    }

    private IMixObjective Objective(IDataView input)
    {
        if (_options.Scoring == FewShotScoring.Choices)
            return new ChoiceShots(FewShotRows.ReadChoices(input, _options, _answers), _options.Normalization);
        var shots = FewShotRows.Read(input, _options, _answers);
        foreach (var shot in shots)
            if (_reward!.FaultOf(shot.Reference) is { } fault)
                throw new ArgumentException($"The answer '{shot.Reference}' cannot be graded by: {fault}", nameof(input));
        return new GeneratedShots(shots, _reward!, _answers.Answering);
    }
}
