using MlNetLlm.ConceptMixing;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>What steering did.</summary>
/// <param name="Strengths">α, ascending.</param>
/// <param name="Meanings">What the concepts mean to the teacher.</param>
/// <param name="Teacher">The teacher's own outcomes.</param>
/// <param name="Students">The students.</param>
internal sealed record SteeringResult(
    IReadOnlyList<double> Strengths, IReadOnlyList<ConceptWords> Meanings, IReadOnlyList<SteeringOutcome> Teacher,
    IReadOnlyList<SteeredStudent> Students);

/// <summary>A concept in words.</summary>
/// <param name="Concept">The concept.</param>
/// <param name="Frequency">Share of the positions of V at which it is active in the teacher.</param>
/// <param name="Raised">The tokens that it raises most.</param>
/// <param name="Contexts">Texts where it is strongest.</param>
internal sealed record ConceptWords(int Concept, double Frequency, IReadOnlyList<string> Raised, IReadOnlyList<string> Contexts);

/// <summary>A steered student.</summary>
/// <param name="Seed">Its seed's number.</param>
/// <param name="Concepts">Every concept.</param>
/// <param name="Costs">The loss on windows of V by strength, the mean over some concepts, nats.</param>
/// <param name="PlainLoss">The same without steering.</param>
/// <param name="Generated">What continuations hold of a concept's tokens.</param>
internal sealed record SteeredStudent(
    int Seed, IReadOnlyList<SteeredConcept> Concepts, IReadOnlyList<double> Costs, double PlainLoss,
    IReadOnlyList<GeneratedRate> Generated);

/// <summary>A concept in a student.</summary>
/// <param name="Concept">The concept.</param>
/// <param name="Own">Held at α times its mean logit everywhere.</param>
/// <param name="Literal">The published way: its logit times α where it is selected.</param>
/// <param name="RandomDirection">Null: held as in Own, but with a random direction of equal length as its column.</param>
/// <param name="AnotherConcept">Null: another concept is held, and measured as if it were this one.</param>
internal sealed record SteeredConcept(
    int Concept, SteeringOutcome Own, SteeringOutcome Literal, SteeringOutcome RandomDirection, SteeringOutcome AnotherConcept);

/// <summary>Share of a concept's raised tokens among those generated.</summary>
/// <param name="Concept">The concept.</param>
/// <param name="Plain">At α = 1.</param>
/// <param name="Steered">At the strength of generation.</param>
internal sealed record GeneratedRate(int Concept, double Plain, double Steered);
