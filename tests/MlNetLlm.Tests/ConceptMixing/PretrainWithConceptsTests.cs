using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Pre-training with concepts and its baselines: the same windows, the same start, and the losses they name.</summary>
public sealed class PretrainWithConceptsTests
{
    private static readonly ConceptPretrainOptions _options = new()
    {
        Layer = 1, TopConcepts = 4, LabelsPerToken = 2, MaxSteps = 6, BatchSize = 3, SequenceLength = 12, LearningRate = 0.01,
    };

    private readonly MLContext _ml = new(1);
    private LanguageModel _teacher = null!;
    private ConceptLabelTrack _labels = null!;

    private static IEnumerable<TestCaseData> Arms => new (string Name, ConceptPretrainOptions Options)[]
    {
        ("distillation", _options with { Insert = null, DistillationWeight = 0.1 }),
        ("pause", _options with { Insert = InsertedElement.Pause }),
        ("concepts", _options),
        ("insertion alone", _options with { ConceptWeight = 0, Concepts = 12 }),
        ("prediction alone", _options with { Mixing = InsertionMixing.None }),
        ("added", _options with { Mixing = InsertionMixing.Add }),
        ("hidden states", _options with { Insert = InsertedElement.HiddenState, StateLoss = HiddenStateLoss.Cosine }),
        ("hidden states predicted alone", _options with
        {
            Insert = InsertedElement.HiddenState, Mixing = InsertionMixing.None, StateLoss = HiddenStateLoss.L1,
        }),
    }.Select(arm => new TestCaseData(arm.Options).SetArgDisplayNames(arm.Name));

    [OneTimeSetUp]
    public void Make() => (_teacher, _labels) = (Toy.Model(7), ConceptToy.TokenLabels(_teacher = Toy.Model(7), ConceptToy.Text()));

    [OneTimeTearDown]
    public void Free() => _teacher.Dispose();

    [Test]
    public void Fit_WithNothingInserted_GivesTheBitsOfNextTokenPretraining()
    {
        var plain = _ml.LanguageModels().Pretrain(_teacher.Config, _teacher.Tokenizer, _teacher.Special, new PretrainOptions
        {
            MaxSteps = 6, BatchSize = 3, SequenceLength = 12, LearningRate = 0.01,
        }).Fit(ConceptToy.Text());
        var same = Estimator(_options with { Insert = null }).Fit(ConceptToy.Text());
        Assert.That(same.Model.Fingerprint, Is.EqualTo(plain.Model.Fingerprint));
        Assert.That(same.Training.Loss, Is.EqualTo(plain.Training.Loss).Within(1e-6));
        Assert.That(same.Model.Config.Insertion, Is.Null);
    }

    [TestCaseSource(nameof(Arms))]
    public void Fit_WithoutSteps_LeavesTheSharedWeightsOfNextTokenPretraining(ConceptPretrainOptions options)
    {
        var plain = Estimator(_options with { Insert = null, MaxSteps = 0 }).Fit(ConceptToy.Text()).Model.Module;
        var module = Estimator(options with { MaxSteps = 0 }).Fit(ConceptToy.Text()).Model.Module;
        var own = module.named_parameters().Select(item => item.name).ToList();
        Assert.That(ResetToys.Weights(plain).Keys.Except(own), Is.Empty);
        Assert.That(ResetToys.Differences(plain, module), Is.Empty);
        Assert.That(own.Any(name => name.StartsWith("insertion.", StringComparison.Ordinal)), Is.EqualTo(options.Insert is not null));
    }

    [TestCaseSource(nameof(Arms))]
    public void Fit_LearnsTheText_AndChangesNoTeacher(ConceptPretrainOptions options)
    {
        var (text, before) = (Toy.Rows(_ml), _teacher.Module.CopyWeights());
        var labels = ConceptToy.TokenLabels(_teacher, text);
        options = options with { MaxSteps = 40 };
        var fitted = Estimator(options, labels).Fit(text);
        var untrained = Estimator(options with { MaxSteps = 0 }, labels).Fit(text).Model;
        Assert.That(Loss(fitted.Model, text), Is.LessThan(Loss(untrained, text) - 0.4));
        Assert.That(ResetToys.Differences(before, _teacher.Module), Is.Empty);
        Assert.That(fitted.Training.Measures.Keys, Is.EquivalentTo(options switch
        {
            { DistillationWeight: > 0 } => ["distillation"],
            { LearnsConcepts: true } => ["conceptLoss"],
            { Insert: InsertedElement.HiddenState } => ["stateLoss"],
            _ => Array.Empty<string>(),
        }));
        before.Dispose();
    }

    /// <summary>Both losses train, the next token's is reported, and the concepts' own above what it can fall to.</summary>
    [Test]
    public void Fit_ReportsTheNextTokensLoss_AndTheConceptLossAboveItsFloor()
    {
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        try
        {
            var text = ConceptToy.Text();
            var fitted = Estimator(_options with
            {
                MaxSteps = 120, LearningRate = 0.03, ConceptWeight = 3, CheckpointFolder = folder, EvaluateEvery = 40,
            }).Fit(text, text);
            var log = TrainingMetrics.Read(folder);
            Assert.That(log[0].Loss, Is.EqualTo(Math.Log(12)).Within(0.1));
            var two = Enumerable.Range(0, _labels.Windows).Average(SharesOfTwo);
            Assert.That(log[0].Measures!["conceptLoss"], Is.EqualTo(Math.Log(12) - two * Math.Log(2)).Within(0.3));
            Assert.That(log[^1].Measures!["conceptLoss"], Is.LessThan(0.6).And.GreaterThan(0));
            Assert.That(fitted.Training.Measures["conceptLoss"], Is.EqualTo(log[^1].Measures!["conceptLoss"]));
            Assert.That(fitted.Training.ValidationLoss, Is.EqualTo(Loss(fitted.Model, text)).Within(1e-6));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The sum that trains is NLL + λ · (mean L_c over labelled places) · (counted tokens).</summary>
    [Test]
    public void Loss_IsTheNextTokensAndTheMeanOfTheConcepts()
    {
        using var scope = NewDisposeScope();
        using var batches = Batches(ConceptToy.Text());
        using var batch = batches.Next();
        var module = Estimator(_options with { MaxSteps = 0 }).Fit(ConceptToy.Text()).Model.Module;
        var labels = new WindowLabels(_labels, batches);
        var total = new ConceptObjective(module, _options with { ConceptWeight = 0.5 }, labels, null).Loss(batch).ToDouble();
        var nats = Objectives.NextToken(module, module.Hidden(batch.Tokens), batch.Targets).ToDouble();
        var targets = new InsertionTargets { Labels = labels.Of(batch) };
        module.Hidden(batch.Tokens, new ForwardOptions { Targets = targets });
        var labelled = ConceptLoss.Labelled(targets.Labels, 2);
        Assert.That(labelled, Is.EqualTo(3 * 11));
        Assert.That(batch.TokenCount, Is.EqualTo(3 * 12));
        Assert.That(total, Is.EqualTo(nats + 0.5 * targets.Loss!.ToDouble() * 36 / 33).Within(1e-3));
    }

    /// <summary>Two epochs in random order: each row's labels are those of its own tokens, and its last place has none.</summary>
    [Test]
    public void Labels_FollowTheWindowsInWhateverOrderTheyCome()
    {
        using var batches = Batches(ConceptToy.Text());
        var (labels, seen) = (new WindowLabels(_labels, batches), new List<int>());
        for (var number = 0; number < 2 * batches.Sequences / 3; number++)
        {
            using var batch = batches.Next();
            var (of, tokens, time) = (labels.Of(batch), batch.Tokens.data<long>().ToArray(), (int)batch.Tokens.size(1));
            seen.AddRange(batch.Windows!);
            for (var place = 0; place < tokens.Length; place++)
            {
                var last = place % time == time - 1 || (batch.Windows![place / time] == batches.Sequences - 1 && of[2 * place] < 0);
                Assert.That(of[2 * place], Is.EqualTo(last ? -1 : tokens[place]));
            }
        }
        Assert.That(seen.Take(batches.Sequences), Is.Not.Ordered);
        Assert.That(seen.Take(batches.Sequences), Is.EquivalentTo(Enumerable.Range(0, batches.Sequences)));
    }

    [Test]
    public void Fit_WithLabelsOfAnotherText_SaysSo()
    {
        Assert.That(() => Estimator(_options).Fit(Toy.Rows(_ml)),
            Throws.InvalidOperationException.With.Message.Contains("another text or tokenizer"));
        Assert.That(() => Estimator(_options with { SequenceLength = 8 }).Fit(ConceptToy.Text()),
            Throws.InvalidOperationException.With.Message.Contains("windows of 12 tokens, SequenceLength is 8"));
        var rows = Toys.Rows("abcdefgh abcd ", "hgfedcba dcba ");
        var swapped = Toys.Rows("hgfedcba dcba ", "abcdefgh abcd ");
        Assert.That(() => Estimator(_options, ConceptToy.TokenLabels(_teacher, rows)).Fit(swapped),
            Throws.InvalidOperationException.With.Message.Contains("with other tokens"));
    }

    [Test]
    public void Fit_WithATeacherOfAnotherTokenizer_SaysSo()
    {
        using var other = new LanguageModel(ToyModels.Create(_teacher.Config), new LetterTokenizer());
        var estimator = _ml.Concepts().PretrainWithConcepts(
            _teacher.Config, _teacher.Tokenizer, _teacher.Special, teacher: other,
            options: _options with { Insert = null, DistillationWeight = 0.1 });
        Assert.That(() => estimator.Fit(ConceptToy.Text()), Throws.InvalidOperationException.With.Message.Contains("another tokenizer"));
    }

    [Test]
    public void Create_WithWhatDoesNotFit_NamesEveryFault()
    {
        Assert.That(() => _ml.Concepts().PretrainWithConcepts(_teacher.Config, _teacher.Tokenizer, _teacher.Special, options: _options with
        {
            Layer = 2, DistillationWeight = 0.1,
        }), Throws.ArgumentException.With.Message.Contains("Layer is 2").And.Message.Contains("there are no labels")
            .And.Message.Contains("there is no teacher"));
        Assert.That(() => Estimator(_options with { TopConcepts = 13, LabelsPerToken = 3 }),
            Throws.ArgumentException.With.Message.Contains("TopConcepts is 13; there are 12").And.Message.Contains("LabelsPerToken is 3"));
        Assert.That(() => Estimator(_options with { ConceptWeight = 0, Mixing = InsertionMixing.None }),
            Throws.ArgumentException.With.Message.Contains("neither be learnt nor inserted"));
        Assert.That(
            new ConceptPretrainOptions { ConceptWeight = -1, TopConcepts = 0, CompletionColumn = "Answer" }.Faults().ToList(),
            Has.Count.EqualTo(3));
    }

    /// <summary>A column that is never chosen keeps its norm without decay, and loses it with decay alone.</summary>
    [Test]
    public void Fit_WithoutDecayOfColumns_LeavesThoseNeverChosenAsTheyWere()
    {
        var options = _options with { ConceptWeight = 0, Concepts = 400, TopConcepts = 1, WeightDecay = 0.5, MaxSteps = 20 };
        var start = ConceptColumns.Norms(Estimator(options with { MaxSteps = 0 }).Fit(ConceptToy.Text()).Model);
        var kept = ConceptColumns.Norms(Estimator(options with { DecayColumns = false }).Fit(ConceptToy.Text()).Model);
        var decayed = ConceptColumns.Norms(Estimator(options).Fit(ConceptToy.Text()).Model);
        var unchosen = Enumerable.Range(0, 400).Where(concept => kept[concept] == start[concept]).ToList();
        Assert.That(unchosen, Has.Count.InRange(200, 399));
        foreach (var concept in unchosen) Assert.That(decayed[concept], Is.LessThan(0.99 * start[concept]));
    }

    [Test]
    public void Resume_AfterACancelledRun_EndsWithTheSameBits_AndTakesNoOtherLabels()
    {
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        try
        {
            var options = _options with { MaxSteps = 8, DistillationWeight = 0.1, GradientAccumulation = 2 };
            var expected = Estimator(options).Fit(ConceptToy.Text());
            var kept = options with { CheckpointFolder = folder, Resume = true };
            using var stop = new CancellationTokenSource();
            var progress = new StopAfter(3, stop);
            Assert.Throws<OperationCanceledException>(() => new PretrainWithConceptsEstimator(
                _teacher.Config, _teacher.Tokenizer, _teacher.Special, _labels, _teacher, kept, progress, stop.Token)
                .Fit(ConceptToy.Text()));
            Assert.That(() => Estimator(kept, _labels.Shuffled(1)).Fit(ConceptToy.Text()),
                Throws.InvalidOperationException.With.Message.Contains("the model was"));
            var resumed = Estimator(kept).Fit(ConceptToy.Text());
            Assert.That(resumed.Model.Fingerprint, Is.EqualTo(expected.Model.Fingerprint));
            Assert.That(resumed.Training.Measures, Is.EqualTo(expected.Training.Measures));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A folder of a concept model is one of any model: whole, checked, and no other model's weights fit it.</summary>
    [TestCaseSource(nameof(Arms))]
    public void Save_ThenLoad_GivesTheSameModel(ConceptPretrainOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        try
        {
            using var model = Estimator(options with { MaxSteps = 2 }).Fit(ConceptToy.Text()).Model;
            model.Save(folder + "/model");
            using var loaded = LanguageModel.Load(folder + "/model");
            Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint));
            Assert.That(loaded.Config.Insertion, Is.EqualTo(model.Config.Insertion));
            Assert.That(Loss(loaded, ConceptToy.Text()), Is.EqualTo(Loss(model, ConceptToy.Text())));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Labels_OfAKindOfACache_AreThoseTheOptionsName()
    {
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        var teacher = ConceptToy.Teacher();
        try
        {
            using var labels = _ml.Concepts().LabelConcepts(teacher, ConceptToy.Text(), folder + "/labels", ConceptToy.Quick);
            var options = _options with { Labels = ConceptLabelKind.Minus, LabelsPerToken = 3 };
            var byCache = Pretrained(_ml.Concepts().PretrainWithConcepts(
                _teacher.Config, _teacher.Tokenizer, _teacher.Special, labels, options: options));
            var byTrack = Pretrained(Estimator(options, labels[ConceptLabelKind.Minus]));
            Assert.That(byCache, Is.EqualTo(byTrack));
            Assert.That(Pretrained(Estimator(options, labels[ConceptLabelKind.Plus])), Is.Not.EqualTo(byTrack));
        }
        finally
        {
            teacher.Model.Dispose();
            teacher.Autoencoder.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        static string Pretrained(PretrainWithConceptsEstimator estimator) => estimator.Fit(ConceptToy.Text()).Model.Fingerprint;
    }

    private PretrainWithConceptsEstimator Estimator(ConceptPretrainOptions options, ConceptLabelTrack? labels = null) =>
        _ml.Concepts().PretrainWithConcepts(
            _teacher.Config, _teacher.Tokenizer, _teacher.Special, labels ?? _labels, _teacher, options);

    private double SharesOfTwo(int window)
    {
        var labels = new int[12 * 2];
        _labels.Read(window, labels);
        return Enumerable.Range(0, 11).Where(t => labels[2 * t] >= 0).Select(t => labels[2 * t + 1] >= 0 ? 1.0 : 0).DefaultIfEmpty()
            .Average();
    }

    private TokenBatches Batches(IDataView text) => TokenBatches.Read(text, _options, _teacher);

    private static double Loss(LanguageModel model, IDataView text) =>
        LanguageLoss.Of(model, text, new PretrainOptions { SequenceLength = 12, BatchSize = 5 });

    private sealed class StopAfter(int step, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) stop.Cancel();
        }
    }
}
