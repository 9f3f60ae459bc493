using MlNetLlm.Training;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>The training loop's options of an autoencoder, with what else defines its run. Its tokens are hidden states.</summary>
internal sealed record SparseAutoencoderRun : TrainingOptions
{
    public override double LearningRate { get; init; }

    public int Latents { get; init; }

    public int ActiveLatents { get; init; }

    public double AuxiliaryWeight { get; init; }

    public int AuxiliaryLatents { get; init; }

    public long DeadAfterRows { get; init; }

    public int SampleRows { get; init; }

    public int ShuffleRows { get; init; }
}
