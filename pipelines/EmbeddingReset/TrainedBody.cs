using MlNetLlm.EmbeddingReset;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>What first training and the tasks of language 1 left behind; the weights stand in files beside the parts.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Seed">The pre-training seed.</param>
/// <param name="Parameters">Numbers in the body, embeddings left out.</param>
/// <param name="RateScale">The factor on the embeddings' rate.</param>
/// <param name="ValidationLoss">Masked-token loss in language 1 at the end, nats.</param>
/// <param name="Losses">Training loss along the updates, averaged over stretches.</param>
/// <param name="Episodes">The saw-tooth, where there was one.</param>
/// <param name="Scores">Accuracy of each task in language 1.</param>
/// <param name="Floors">Share of the most frequent answer of each task's test data in language 1.</param>
internal sealed record TrainedBody(
    string Arm, int Seed, long Parameters, double RateScale, double ValidationLoss, IReadOnlyList<LossPoint> Losses,
    IReadOnlyList<ResetEpisode> Episodes, IReadOnlyDictionary<string, double> Scores, IReadOnlyDictionary<string, double> Floors);

/// <summary>The mean training loss of the updates that end with one.</summary>
internal sealed record LossPoint(int Update, double Loss);
