using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Adapters;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.HiddenStates;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Pretraining;
using MlNetLlm.Probes;
using MlNetLlm.Scoring;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Probes;
using MlNetLlm.Tests.SparseAutoencoders;
using MlNetLlm.Tests.Svf;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Mapping;

/// <summary>Long work without a token of its own stops by that of whoever reads its rows; work with one stops within a piece.</summary>
public sealed class WorkStopTests
{
    private static readonly CancellationToken _cancelled = new(canceled: true);

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public async Task Lend_IsSeenByThreadsThatAreStarted_AndEndsWithItsScope()
    {
        using var outer = new CancellationTokenSource();
        using var inner = new CancellationTokenSource();
        using (WorkStop.Lend(outer.Token))
        {
            Assert.That(await Task.Run(() => WorkStop.Token), Is.EqualTo(outer.Token));
            using (WorkStop.Lend(inner.Token)) Assert.That(WorkStop.Token, Is.EqualTo(inner.Token));
            using (WorkStop.Lend(default)) Assert.That(WorkStop.Token, Is.EqualTo(outer.Token), "a reader without one hides nobody's");
            Assert.That(WorkStop.Token, Is.EqualTo(outer.Token));
        }
        Assert.That(WorkStop.Token, Is.EqualTo(CancellationToken.None));
    }

    [TestCaseSource(nameof(Batches))]
    public void Batch_UnderACancelledToken_Stops(Func<LanguageModel, object> compute)
    {
        using (WorkStop.Lend(_cancelled))
            Assert.That(() => compute(_model), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(compute(_model), Is.Not.Null);
    }

    [Test]
    public void Evaluate_OfTextThatAStepWrites_StopsBetweenTwoTokens()
    {
        const int Texts = 4;
        using var stop = new CancellationTokenSource();
        var tokenizer = new CountingTokenizer { Decoding = stop.Cancel };
        using var model = new LanguageModel(ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }), tokenizer);
        var data = Toy.Rows(_ml, Texts);
        var pipeline = _ml.LanguageModels().Generate(model, new GenerationOptions { MaxTokens = 8, StopTexts = ["no such text"] })
            .Append(_ml.LanguageModels().Score(_model, new ScoreOptions { TextColumn = "Generated" }));
        var scored = pipeline.Fit(data).Transform(data);

        Assert.That(() => _ml.LanguageModels().Evaluate(scored, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(tokenizer.Decodings, Is.InRange(1, 2 * Texts), "the stop text is looked for, in two texts a row, after every token");
    }

    [Test]
    public void Evaluate_OfProbesAndAutoencoders_Stops()
    {
        var rows = _ml.Data.LoadFromEnumerable(ProbeToy.Planted(50, 1));
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label", "Direction").Fit(rows).Transform(rows);
        using var probe = _ml.Probes().Linear(new LinearProbeOptions { MaxEpochs = 1 }).Fit(keyed);
        Assert.That(() => _ml.Probes().Evaluate([probe], keyed, null, _cancelled), Throws.InstanceOf<OperationCanceledException>());

        using var autoencoder = new SparseAutoencoder(randn(24, 8), randn(24), randn(24, 8), randn(8), 3);
        var states = SparseToy.View(_ml, SparseToy.States(50));
        Assert.That(
            () => _ml.Concepts().Evaluate(autoencoder, states, "Features", _cancelled), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void MixSearch_LendsItsTokenToTheObjective()
    {
        using var stop = new CancellationTokenSource();
        using var library = ExpertToys.Library(_model);
        using var mixer = new SvfMixer(library);
        var objective = new Asking();
        MixSearch.Run(mixer, [], false, objective, new CrossEntropyOptions { Generations = 1, Population = 4, Elites = 2 }, stop.Token);
        Assert.That(objective.Tokens, Is.Not.Empty.And.All.EqualTo(stop.Token));
    }

    [Test]
    public void Decomposition_Cancelled_StopsBeforeTheNextMatrix()
    {
        using var folder = new TemporaryFolder();
        using var model = Toy.Model();
        var matrix = AdapterTargets.Select(model.Module, ModuleSet.Mlp, "all")[0];
        var vectors = new Dictionary<string, float[]> { [matrix.Name] = new float[Math.Min(matrix.InputWidth, matrix.OutputWidth)] };
        Assert.That(
            () => SvfExpert.Create(model, vectors, decompositionCache: folder.Path, cancellationToken: _cancelled),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(folder.Names(), Is.Empty);
        using var expert = SvfExpert.Create(model, vectors, decompositionCache: folder.Path);
        using var other = Toy.Model();
        Assert.That(() => expert.TransferTo(other, null, _cancelled), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Validate_Cancelled_LeavesTheModelInTraining()
    {
        using var model = Toy.Model();
        var options = new PretrainOptions { SequenceLength = 8, BatchSize = 2 };
        var objective = new LanguageObjective(model, model.Module, options, PretrainObjective.NextToken, new MaskingOptions());
        var (batches, inOrder) = objective.Read(Toy.Rows(_ml), TextBudget.All, default);
        using var read = (IDisposable)batches;
        model.Module.train();
        Assert.That(() => objective.Validate(inOrder(), _cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(model.Module.training, Is.True);
    }

    private static IEnumerable<TestCaseData> Batches()
    {
        yield return Case("score", model => TextScorer.Score(model, [new ScoredText("abc", null)], 64));
        yield return Case("hidden states", model => HiddenStateReader.Read(model, ["abc"], new HiddenStatesOptions()));
        yield return Case("choices", model => ChoiceScorer.Score(model, [new ChoiceQuestion("ab", ["c", "d"])], 64));
        yield return Case("generate", model => RowGenerator.Generate(model, ["abc"], new GenerationOptions { MaxTokens = 2 }));

        static TestCaseData Case(string name, Func<LanguageModel, object> compute) => new TestCaseData(compute).SetArgDisplayNames(name);
    }

    private sealed class Asking : IMixObjective
    {
        public List<CancellationToken> Tokens { get; } = [];

        public MixScore Score(LanguageModel model)
        {
            Tokens.Add(WorkStop.Token);
            return new MixScore(0, 0);
        }
    }
}
