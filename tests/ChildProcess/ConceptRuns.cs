using Microsoft.ML;
using MlNetLlm;
using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;

/// <summary>The training runs of concept mixing: they take their place and length from the options of any loop.</summary>
internal static class ConceptRuns
{
    /// <summary>Trains an autoencoder on the states of a layer; returns its fingerprint.</summary>
    public static string Sparse(MLContext ml, LanguageModel model, IDataView data, TrainingOptions loop, IProgress<TrainingProgress> progress)
    {
        var options = new SparseAutoencoderOptions
        {
            Latents = 24, ActiveLatents = 3, BatchSize = 8, MaxRows = 8 * loop.MaxSteps, DeadAfterRows = 40, AuxiliaryWeight = 1,
            CheckpointFolder = loop.CheckpointFolder, CheckpointEvery = loop.CheckpointEvery, Resume = loop.Resume,
        };
        return ml.Concepts().TrainSparseAutoencoder(options, progress).Fit(States(ml, model, data)).Autoencoder.Fingerprint;
    }

    /// <summary>
    /// Trains a student on labels by a fresh autoencoder, made again at every start in a folder of their own: the same each time. Returns
    /// its fingerprint.
    /// </summary>
    public static string Pretrain(
        MLContext ml, LanguageModel model, IDataView data, TrainingOptions loop, IProgress<TrainingProgress> progress)
    {
        var options = new SparseAutoencoderOptions { Latents = 24, ActiveLatents = 3, BatchSize = 8, MaxRows = 80 };
        var autoencoder = ml.Concepts().TrainSparseAutoencoder(options).Fit(States(ml, model, data)).Autoencoder;
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        try
        {
            using var labels = ml.Concepts().LabelConcepts(
                new ConceptTeacher(model, autoencoder, 1), data, folder + "/labels",
                new LabelConceptsOptions { SequenceLength = loop.SequenceLength });
            var training = new ConceptPretrainOptions
            {
                Layer = 1, TopConcepts = 4, DistillationWeight = 0.1, BatchSize = loop.BatchSize, SequenceLength = loop.SequenceLength,
                MaxSteps = loop.MaxSteps, GradientAccumulation = loop.GradientAccumulation, Resume = loop.Resume,
                CheckpointFolder = loop.CheckpointFolder, CheckpointEvery = loop.CheckpointEvery,
            };
            return ml.Concepts().PretrainWithConcepts(model.Config, model.Tokenizer, model.Special, labels, model, training, progress)
                .Fit(data).Model.Fingerprint;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IDataView States(MLContext ml, LanguageModel model, IDataView data) =>
        ml.LanguageModels().HiddenStates(model, layer: 1).Fit(data).Transform(data);
}
