namespace Microsoft.ML.SearchSpace.Option;

/// <summary>One of several values.</summary>
public sealed class ChoiceOption : OptionBase
{
    public ChoiceOption(params object[] choices)
    {
        if (choices.Length == 0) throw new ArgumentException("the length of choices must be (0, 1074)");
        if (choices.Distinct().Count() != choices.Length) throw new ArgumentException("choices must not contain repeated values");
        Choices = [.. choices.Select(choice => Parameter.From(choice, choice.GetType()))];
        Default = new double[FeatureSpaceDim];
    }

    public ChoiceOption(object[] choices, object defaultChoice) : this(choices)
    {
        if (defaultChoice is not null) Default = MappingToFeatureSpace(Parameter.From(defaultChoice, defaultChoice.GetType()));
    }

    public Parameter[] Choices { get; }

    public override int FeatureSpaceDim => Choices.Length == 1 ? 0 : 1;

    public override int?[] Step => [Choices.Length];

    public override double[] MappingToFeatureSpace(Parameter param)
    {
        if (FeatureSpaceDim == 0) return [];
        var at = Array.IndexOf(Choices, param);
        return at >= 0 ? [(double)at / Choices.Length] : throw new ArgumentException($"{param} not contains");
    }

    public override Parameter SampleFromFeatureSpace(double[] values) =>
        FeatureSpaceDim == 0 ? Choices[0] : Choices[Math.Min((int)Math.Floor((values[0] * Choices.Length) + 1e-6), Choices.Length - 1)];
}
