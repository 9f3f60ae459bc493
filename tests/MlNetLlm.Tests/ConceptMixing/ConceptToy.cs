using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.HiddenStates;
using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>A teacher of two layers with a small autoencoder after the first, and a text for it.</summary>
internal static class ConceptToy
{
    public static LabelConceptsOptions Quick { get; } = new() { SequenceLength = 12, BatchWindows = 3, CheckpointWindows = 4 };

    public static ConceptTeacher Teacher()
    {
        var ml = new MLContext(1);
        var model = Toy.Model();
        var states = new HiddenStatesOptions { Layer = 1, Pooling = HiddenStatePooling.All };
        var data = ml.LanguageModels().HiddenStates(model, states).Fit(Text()).Transform(Text());
        var options = new SparseAutoencoderOptions
        {
            Width = model.Config.Width, Latents = 24, ActiveLatents = 5, BatchSize = 64, MaxRows = 64 * 100, LearningRate = 1e-3,
        };
        return new ConceptTeacher(model, ml.Concepts().TrainSparseAutoencoder(options).Fit(data).Autoencoder, 1);
    }

    /// <summary>Labels made by hand: at every place but a window's last the number of its token, and of the token before it.</summary>
    public static ConceptLabelTrack TokenLabels(LanguageModel model, IDataView text, int sequenceLength = 12)
    {
        const int perToken = 2;
        using var windows = TeacherWindows.Read(
            model, text, new LabelConceptsOptions { SequenceLength = sequenceLength }.Reading(), default);
        var all = Enumerable.Repeat(-1, windows.Count * sequenceLength * perToken).ToArray();
        foreach (var batch in windows.Batches(0, windows.Count, 1))
            for (var t = 0; t < batch.Time - 1; t++)
            {
                var at = (batch.First * sequenceLength + t) * perToken;
                all[at] = (int)batch.Tokens[t];
                if (t > 0 && batch.Tokens[t - 1] != batch.Tokens[t]) all[at + 1] = (int)batch.Tokens[t - 1];
            }
        return new ConceptLabelTrack("tokens", windows.Count, sequenceLength, perToken, model.Config.VocabularySize, null,
            (first, labels) => all.AsSpan((int)first, labels.Length).CopyTo(labels))
        {
            Identity = $"tokens of {windows.Fingerprint}", Data = windows.Fingerprint,
        };
    }

    /// <summary>Fits: the promised columns are delivered, and what is loaded writes the same texts.</summary>
    public static SteerConceptTransformer RequireSteering(SteerConceptEstimator estimator, IDataView data)
    {
        var fitted = estimator.Fit(data);
        var steered = fitted.Transform(data);
        Assert.That(
            estimator.GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(column => (column.Name, $"{column.ItemType}")),
            Is.EquivalentTo(steered.Schema.Select(column => (column.Name, $"{column.Type}"))));
        using var file = new MemoryStream();
        new MLContext(1).Model.Save(fitted, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _).Transform(data);
        Assert.That(loaded.GetColumn<string>("Generated"), Is.EqualTo(steered.GetColumn<string>("Generated")));
        return fitted;
    }

    public static IDataView Text()
    {
        var random = new Random(3);
        return Toys.Rows([.. Enumerable.Range(0, 30).Select(_
            => string.Concat(Enumerable.Range(0, 7).Select(_ => "abcdefgh "[random.Next(9)])))]);
    }
}
