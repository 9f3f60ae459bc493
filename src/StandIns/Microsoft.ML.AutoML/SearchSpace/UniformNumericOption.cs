namespace Microsoft.ML.SearchSpace.Option;

/// <summary>A range, even or even in the logarithm. As in the real package's release build, a wrong range is not refused.</summary>
public abstract class UniformNumericOption : OptionBase
{
    public UniformNumericOption(double min, double max, bool logBase = false)
    {
        (Min, Max, LogBase) = (min, max, logBase);
        Default = [0];
    }

    public double Min { get; }

    public double Max { get; }

    public bool LogBase { get; }

    public override int FeatureSpaceDim => 1;

    public override int?[] Step => [null];

    public override double[] MappingToFeatureSpace(Parameter param)
    {
        var value = param.AsType<double>();
        return LogBase
            ? [(Math.Log(value) - Math.Log(Min)) / (Math.Log(Max) - Math.Log(Min))]
            : [(value - Min) / (Max - Min)];
    }

    public override Parameter SampleFromFeatureSpace(double[] values) => Parameter.FromDouble(Sample(values));

    private protected double Sample(double[] values) =>
        LogBase ? Min * Math.Pow(Max / Min, values[0]) : Min + ((Max - Min) * values[0]);
}

public sealed class UniformDoubleOption : UniformNumericOption
{
    public UniformDoubleOption(double min, double max, bool logBase = false, double? defaultValue = null) : base(min, max, logBase)
    {
        if (defaultValue is { } value) Default = MappingToFeatureSpace(Parameter.FromDouble(value));
    }
}

public sealed class UniformSingleOption : UniformNumericOption
{
    public UniformSingleOption(float min, float max, bool logBase = false, float? defaultValue = null) : base(min, max, logBase)
    {
        if (defaultValue is { } value) Default = MappingToFeatureSpace(Parameter.FromFloat(value));
    }

    public override double[] MappingToFeatureSpace(Parameter param) =>
        base.MappingToFeatureSpace(Parameter.FromDouble(param.AsType<float>()));

    public override Parameter SampleFromFeatureSpace(double[] values) => Parameter.FromFloat((float)Sample(values));
}

public sealed class UniformIntOption : UniformNumericOption
{
    // The real package rounds down, a hair above so that a whole number stays itself.
    private const double Hair = 1e-6;

    public UniformIntOption(int min, int max, bool logBase = false, int? defaultValue = null) : base(min, max, logBase)
    {
        if (defaultValue is { } value) Default = MappingToFeatureSpace(Parameter.FromInt(value));
    }

    public override double[] MappingToFeatureSpace(Parameter param) =>
        base.MappingToFeatureSpace(Parameter.FromDouble(param.AsType<int>()));

    public override Parameter SampleFromFeatureSpace(double[] values) => Parameter.FromInt((int)Math.Floor(Sample(values) + Hair));
}
