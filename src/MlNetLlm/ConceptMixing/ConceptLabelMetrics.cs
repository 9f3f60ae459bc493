namespace MlNetLlm.ConceptMixing;

/// <summary>How labels are spread over concepts.</summary>
/// <param name="Name">What labels these are.</param>
/// <param name="Labelled">Positions with a label.</param>
/// <param name="LabelsPerPosition">Labels of such a position, on average.</param>
/// <param name="Concepts">How many concepts are used at all.</param>
/// <param name="EffectiveConcepts">e to the entropy of the labels: as many equally frequent concepts would be as uncertain.</param>
/// <param name="LargestShare">Share of the labelled positions that have the most frequent concept.</param>
/// <param name="ActiveShare">Share of the labels that are concepts active at their position; null where that means nothing.</param>
public sealed record ConceptLabelMetrics(
    string Name, long Labelled, double LabelsPerPosition, int Concepts, double EffectiveConcepts, double LargestShare,
    double? ActiveShare);
