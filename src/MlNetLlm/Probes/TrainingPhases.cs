namespace MlNetLlm.Probes;

/// <summary>
/// Training split into the three phases that Jin and Rinard (2024) tell apart: babbling (what is written hardly depends on what is asked),
/// syntax (it becomes diverse), semantics (diversity has settled, and what is written becomes right). The paper draws the borders by eye;
/// here they are the onset and the saturation of diversity, the share of different programs among those written
/// (<see cref="CurveTransition"/>). Whether accuracy then does rise in the third phase is a finding, not part of the rule.
/// </summary>
/// <param name="BabblingEnd">The step at which syntax begins.</param>
/// <param name="SyntaxEnd">The step at which semantics begins.</param>
/// <param name="End">The last step.</param>
public readonly record struct TrainingPhases(double BabblingEnd, double SyntaxEnd, double End)
{
    /// <summary>Share of the steps spent babbling.</summary>
    public double BabblingShare => BabblingEnd / End;

    /// <summary>Share of the steps spent on syntax.</summary>
    public double SyntaxShare => (SyntaxEnd - BabblingEnd) / End;

    /// <summary>Share of the steps spent on semantics.</summary>
    public double SemanticsShare => (End - SyntaxEnd) / End;

    /// <summary>Finds the phases.</summary>
    /// <param name="steps">Training steps of the snapshots, 0 or more, rising.</param>
    /// <param name="diversity">At each, the share of different programs among those written.</param>
    /// <returns>The phases, or null when diversity does not rise.</returns>
    /// <exception cref="ArgumentException">Steps do not rise, or are not as many as values, two or more.</exception>
    public static TrainingPhases? Find(ReadOnlySpan<double> steps, ReadOnlySpan<double> diversity)
        => CurveTransition.Find(steps, diversity) is { } rise ? new(rise.Onset, rise.Saturation, steps[^1]) : null;
}
