namespace MlNetLlm.LanguageModels;

/// <summary>A concept of a concept model whose logit z is changed at every position, after the most probable were chosen.</summary>
/// <param name="Concept">i: its number, from 0.</param>
/// <param name="Value">The logit it gets, whether it was chosen there or not; or the factor on its own logit where it was.</param>
/// <param name="Literal">
/// Whether <paramref name="Value"/> is a factor: z becomes Value · z where the concept was chosen, and nothing changes elsewhere.
/// </param>
public sealed record HeldConcept(int Concept, double Value, bool Literal = false)
{
    /// <summary>(width): the direction that stands in for the concept's own column, as a control; null = the column.</summary>
    /// <value>null.</value>
    public IReadOnlyList<float>? Direction { get; init; }
}
