using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Probes;
using MlNetLlm.Tests.Svf;

namespace MlNetLlm.Tests.Contracts;

/// <summary>A saved pipeline loads in a process that knows nothing of this library but its assembly's place.</summary>
public sealed class FreshProcessTests
{
    [Test]
    public void Load_InAFreshProcess_MapsTheSame()
    {
        var ml = new MLContext(1);
        using var model = Toy.Model();
        string[] texts = ["abab ", "cd", "hgfe abc", "bb"];
        var data = StepRow.View(ml, texts);
        IEstimator<ITransformer> chain = new EstimatorChain<ITransformer>();
        foreach (var step in ModelStepCase.All) chain = chain.Append(step.Create(ml.LanguageModels(), model));
        using var library = ExpertToys.Library(model);
        var adaptation = new SelfAdaptationOptions
        {
            ClassificationTemplate = "{question}", LabelFormat = LabelFormat.FirstWord, LabelTokens = 1, MaxTokens = 3,
        };
        chain = chain.Append(ml.LanguageModels().SelfAdapt(library, adaptation))
            .Append(ml.Transforms.DropColumns(AdaptationColumns.FirstPassSeconds, AdaptationColumns.SecondPassSeconds));
        var fitted = chain.Fit(data);
        var file = Path.GetTempFileName();
        try
        {
            ml.Model.Save(fitted, data.Schema, file);
            Assert.That(ChildProcess.Run(texts, "transform", file), Is.EqualTo(ColumnText.Of(fitted.Transform(data))));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Load_OfConceptsInAFreshProcess_GivesTheSame()
    {
        var ml = new MLContext(1);
        using var model = Toy.Model();
        string[] texts = ["abab ", "cd", "hgfe abc", "bb"];
        var data = StepRow.View(ml, texts);
        var options = new SparseAutoencoderOptions { Latents = 12, ActiveLatents = 3, MaxRows = 16, BatchSize = 4 };
        var states = ml.LanguageModels().HiddenStates(model, layer: 1);
        using var concepts = new LanguageModel(
            ToyModels.Create(model.Config with { Insertion = new() { Layer = 1, Concepts = 12, TopConcepts = 3 } }), model.Tokenizer);
        using var autoencoder = states.Append(ml.Concepts().TrainSparseAutoencoder(options)).Fit(data).LastTransformer.Autoencoder;
        var fitted = states.Append(ml.Concepts().TrainSparseAutoencoder(options)).Append(ml.Concepts().Steer(
            new ConceptTeacher(model, autoencoder, 1), new SteerConceptOptions { Concept = 5, Strength = 3 },
            new GenerationOptions { MaxTokens = 4 })).Append(ml.Concepts().Steer(
            concepts, new SteerConceptOptions { Concept = 5, Strength = 3 },
            new GenerationOptions { MaxTokens = 4, OutputColumn = "ByConceptModel" })).Fit(data);
        var file = Path.GetTempFileName();
        try
        {
            ml.Model.Save(fitted, data.Schema, file);
            Assert.That(ChildProcess.Run(texts, "transform", file), Is.EqualTo(ColumnText.Of(fitted.Transform(data))));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Load_InAFreshProcess_ScoresTheSame()
    {
        var ml = new MLContext(1);
        using var model = Toy.Model();
        var data = Toy.Rows(ml);
        var chain = ml.LanguageModels()
            .FineTuneSvf(model, new SvfOptions { MaxSteps = 5, BatchSize = 4, SequenceLength = 12, LearningRate = 0.05 })
            .Append(ml.LanguageModels().Score()).Fit(data);
        var file = Path.GetTempFileName();
        try
        {
            ml.Model.Save(chain, data.Schema, file);
            string[] texts = ["abab ", "cdcd cd", "hgfe"];
            var expected = ml.LanguageModels()
                .Scores(chain.Transform(ml.Data.LoadFromEnumerable(texts.Select(t => new Toy.Row { Text = t }))));
            var actual = ChildProcess.Run(texts, "score", file).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToList();
            Assert.That(actual, Has.Count.EqualTo(expected.Count));
            Assert.That(actual.Zip(expected, (a, b) => Math.Abs(a - b.NegativeLogLikelihood)).Max(), Is.LessThan(1e-4));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Load_OfAProbeInAFreshProcess_GivesTheSame()
    {
        var ml = new MLContext(1);
        var rows = ProbeToy.Planted(5, 3);
        var data = ProbeToy.View(ml, rows);
        var fitted = ProbeCase.All.Single(probe => probe.Name == "mlp-2").Create().Fit(ProbeToy.View(ml, ProbeToy.Planted(300, 1)));
        var file = Path.GetTempFileName();
        try
        {
            ml.Model.Save(fitted, data.Schema, file);
            var lines = rows.Select(row => string.Join(" ", row.Features.Select(one => one.ToString("R", CultureInfo.InvariantCulture))));
            var expected = fitted.Transform(data);
            var printed = expected.GetColumn<uint>("PredictedLabel").Zip(expected.GetColumn<float[]>("Score"), (key, scores) =>
                $"{"NESW"[(int)key - 1]} {string.Join(" ", scores.Select(score => score.ToString("F4", CultureInfo.InvariantCulture)))}");
            Assert.That(ChildProcess.Run(lines, "probe", file), Is.EqualTo(printed));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
