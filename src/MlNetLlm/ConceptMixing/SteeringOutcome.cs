namespace MlNetLlm.ConceptMixing;

/// <summary>
/// What steering one concept does to the next token: dose response, specificity, and agreement with what the concept means to its teacher.
/// </summary>
/// <param name="Concept">The concept.</param>
/// <param name="Masses">Mean probability of the concept's raised tokens S at each strength, in the order of the strengths.</param>
/// <param name="DoseResponse">Spearman's correlation of strength and that mass; NaN where the mass never moves.</param>
/// <param name="OwnRise">Rise of the mass on S from no steering to the largest strength.</param>
/// <param name="OthersRise">The mean rise of the mass on the other concepts' raised tokens by the same steering.</param>
/// <param name="Alignment">Spearman's correlation of its logit changes with those the concept has in the teacher.</param>
/// <param name="Retrieved">Whether no other concept's teacher logit changes correlate better.</param>
public sealed record SteeringOutcome(
    int Concept, IReadOnlyList<double> Masses, double DoseResponse, double OwnRise, double OthersRise, double Alignment, bool Retrieved);
