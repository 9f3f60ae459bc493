namespace Microsoft.ML.SearchSpace.Option;

/// <summary>One option of a search space: how it maps to the unit cube that tuners search in.</summary>
public abstract class OptionBase
{
    public abstract int FeatureSpaceDim { get; }

    public abstract int?[] Step { get; }

    public virtual double[] Default { get; protected set; }

    public abstract Parameter SampleFromFeatureSpace(double[] values);

    public abstract double[] MappingToFeatureSpace(Parameter value);
}
