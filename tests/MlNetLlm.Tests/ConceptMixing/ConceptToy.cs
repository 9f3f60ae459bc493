using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.HiddenStates;
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

    public static IDataView Text()
    {
        var random = new Random(3);
        return Toys.Rows([.. Enumerable.Range(0, 30).Select(_
            => string.Concat(Enumerable.Range(0, 7).Select(_ => "abcdefgh "[random.Next(9)])))]);
    }
}
