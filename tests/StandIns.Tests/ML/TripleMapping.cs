using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace StandIns.Tests.ML;

/// <summary>A custom mapping that a saved model finds again by its contract's name.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class TripleMapping : CustomMappingFactory<TripleMapping.Source, TripleMapping.Result>
{
    public const string Contract = "StandIns.Tests.Triple";

    public static void Map(Source source, Result result)
    {
        result.Tripled = 3 * source.Number;
        result.Pair = [source.Number, -source.Number];
    }

    public override Action<Source, Result> GetMapping() => Map;

    internal sealed class Source
    {
        public int Number { get; set; }
    }

    internal sealed class Result
    {
        public int Tripled { get; set; }

        [VectorType(2)]
        public float[] Pair { get; set; } = [];
    }
}

/// <summary>A custom mapping fed by a payload that travels inside the model: weights looked up by name.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class WeighMapping : CustomMappingFactory<WeighMapping.Source, WeighMapping.Result>
{
    public const string Contract = "StandIns.Tests.Weigh";

    public static void Map(Source source, Result result)
    {
        result.Weighed = 0;
        foreach (var weight in source.Weights.GetValues())
            result.Weighed += weight * source.Value;
    }

    public override Action<Source, Result> GetMapping() => Map;

    internal sealed class Source
    {
        public float Value { get; set; }

        public VBuffer<float> Weights { get; set; }
    }

    internal sealed class Result
    {
        public float Weighed { get; set; }
    }
}
