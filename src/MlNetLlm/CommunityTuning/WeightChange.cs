namespace MlNetLlm.CommunityTuning;

/// <summary>How far training moved a module: W before, W + ΔW after.</summary>
/// <param name="Module">The module's name.</param>
/// <param name="Trained">Whether it was chosen to train.</param>
/// <param name="Norm">‖ΔW‖, Euclidean.</param>
/// <param name="RelativeNorm">‖ΔW‖ / ‖W‖; 0 where W is 0.</param>
/// <param name="MeanAbsolute">Mean |Δw| over its weights.</param>
/// <param name="Cosine">Cosine of the angle between W and W + ΔW; 1 where either is 0.</param>
public sealed record WeightChange(string Module, bool Trained, double Norm, double RelativeNorm, double MeanAbsolute, double Cosine);
