using System.Runtime.CompilerServices;
using Microsoft.ML;
using MlNetLlm.HiddenStates;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Scoring;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Mapping;

/// <summary>Steps of a model file share the model that they were saved with, for as long as one of them lives.</summary>
public sealed class SavedModelPayloadTests
{
    [Test]
    public void Unpack_OfSeveralSteps_SharesTheirModel()
    {
        using var model = Toy.Model(seed: 21);
        using var other = Toy.Model(seed: 22);
        var scoring = Scoring(SavedModelPayload.Pack(model, new ScoreOptions()));
        var states = SavedModelPayload.Unpack<HiddenStatesOptions, HiddenStatesTransformer>(
            SavedModelPayload.Pack(model, new HiddenStatesOptions { Layer = 1 }), (restored, options) => new(restored, options));
        Assert.That(states.Model, Is.SameAs(scoring.Model).And.Not.SameAs(model));
        Assert.That(states.Options.Layer, Is.EqualTo(1));
        Assert.That(scoring.Model.Fingerprint, Is.EqualTo(model.Fingerprint));
        Assert.That(Scoring(SavedModelPayload.Pack(other, new ScoreOptions())).Model.Fingerprint, Is.EqualTo(other.Fingerprint));
    }

    [Test]
    public void Unpack_KeepsNoModelAlive()
    {
        using var model = Toy.Model(seed: 23);
        var payload = SavedModelPayload.Pack(model, new ScoreOptions());
        var restored = Forgotten();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(IsAlive(), Is.False);
        Assert.That(Scoring(payload).Model.Fingerprint, Is.EqualTo(model.Fingerprint));

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference<LanguageModel> Forgotten() => new(Scoring(payload).Model);

        [MethodImpl(MethodImplOptions.NoInlining)]
        bool IsAlive() => restored.TryGetTarget(out _);
    }

    [Test]
    public void Load_OfAPipelineWhoseStepsShareAModel_GivesTheSame()
    {
        const string Likelihood = "NegativeLogLikelihood";
        var ml = new MLContext(1);
        using var model = Toy.Model(seed: 24);
        var data = Toy.Rows(ml, 12);
        var fitted = ml.LanguageModels().Score(model).Append(ml.LanguageModels().HiddenStates(model, layer: 1)).Fit(data);
        var (live, loaded) = (fitted.Transform(data), SavedStep.Reloaded(ml, fitted, data.Schema).Transform(data));
        Assert.That(Likelihoods(loaded), Is.EqualTo(Likelihoods(live)).Within(1e-4));
        Assert.That(ColumnText.Of(Without(loaded)), Is.EqualTo(ColumnText.Of(Without(live))));

        IDataView Without(IDataView view) => ml.Transforms.DropColumns(Likelihood).Fit(view).Transform(view);

        IEnumerable<double> Likelihoods(IDataView view) => ml.LanguageModels().Scores(view).Select(score => score.NegativeLogLikelihood);
    }

    private static ScoreTransformer Scoring(byte[] payload) =>
        SavedModelPayload.Unpack<ScoreOptions, ScoreTransformer>(payload, (model, options) => new(model, options));
}
