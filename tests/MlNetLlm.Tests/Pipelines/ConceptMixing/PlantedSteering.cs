using MlNetLlm.ConceptMixing;
using MlNetLlm.Pipelines.ConceptMixing;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

/// <summary>A steering result with the same dose response for every concept.</summary>
internal static class PlantedSteering
{
    public static SteeringResult Of(int concepts, int students, double own, double random)
    {
        double[] strengths = [-1, 0, 1];
        return new SteeringResult(
            strengths, [.. Enumerable.Range(0, concepts).Select(i => new ConceptWords(i, 0.1, ["a", "b"], ["c"]))],
            [.. Enumerable.Range(0, concepts).Select(i => Outcome(i, 1))],
            [.. Enumerable.Range(1, students).Select(seed => new SteeredStudent(
                seed, [.. Enumerable.Range(0, concepts).Select(i => new SteeredConcept(
                    i, Outcome(i, own), Outcome(i, own / 2), Outcome(i, random), Outcome(i, 0)))],
                [4, 3, 4], 3, [new GeneratedRate(0, 0.1, 0.3)]))]);
    }

    private static SteeringOutcome Outcome(int concept, double response) =>
        new(concept, [0.1, 0.2, 0.3], response, 0.1 * response, 0.01, response / 2, Retrieved: response > 0.5);
}
