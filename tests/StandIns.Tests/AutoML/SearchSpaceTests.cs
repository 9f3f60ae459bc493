using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace StandIns.Tests.AutoML;

internal sealed class SearchSpaceTests
{
    public enum Shape
    {
        Round,
        Square,
    }

    public sealed record Choices
    {
        [Microsoft.ML.SearchSpace.Range(1e-4, 1e-1, 2e-3, logBase: true)]
        public double Rate { get; init; } = 5;

        [Microsoft.ML.SearchSpace.Range(1, 64, 16, logBase: true)]
        public int Rank { get; init; } = 3;

        [Choice([Shape.Round, Shape.Square], defaultValue: Shape.Square)]
        public Shape Shape { get; init; }

        [BooleanChoice(true)]
        public bool Bias { get; init; }

        public string Text { get; init; } = "left alone";
    }

    [Test]
    public void FirstSample_OfARecord_HasTheAttributesValuesAndNotTheProperties()
    {
        var space = new SearchSpace<Choices>(new Choices { Text = "kept" });
        var first = space.SampleFromFeatureSpace(space.Default);
        Assert.That(first.Rate, Is.EqualTo(2e-3).Within(1e-9));
        Assert.That((first.Rank, first.Shape, first.Bias, first.Text), Is.EqualTo((16, Shape.Square, true, "kept")));
    }

    [Test]
    public void FirstSample_WithoutAnInit_StartsAtTheLowEnd()
    {
        var range = new UniformDoubleOption(2, 6);
        Assert.That(range.SampleFromFeatureSpace(range.Default).AsType<double>(), Is.EqualTo(2));
    }

    [TestCase(0, 1)]
    [TestCase(0.5, 8)]
    [TestCase(1, 64)]
    public void SampleFromFeatureSpace_OfALogarithmicRange_IsEvenInTheLogarithm(double at, int expected) =>
        Assert.That(new UniformIntOption(1, 64, logBase: true).SampleFromFeatureSpace([at]).AsType<int>(), Is.EqualTo(expected));

    [Test]
    public void MappingToFeatureSpace_OfASample_GivesThePointBack()
    {
        var space = new SearchSpace<Choices>();
        Assert.That(space.FeatureSpaceDim, Is.EqualTo(4));
        double[] point = [0, 0.5, 0.25, 0.5];   // Bias, Rank, Rate, Shape, by name
        Assert.That(space.MappingToFeatureSpace(((SearchSpace)space).SampleFromFeatureSpace(point)), Is.EqualTo(point).Within(1e-9));
    }

    [Test]
    public void AsType_OfANest_FillsTheRecord()
    {
        var nest = Parameter.CreateNestedParameter(
            KeyValuePair.Create("Rank", Parameter.FromInt(7)), KeyValuePair.Create("Shape", Parameter.FromEnum(Shape.Square)));
        Assert.That(nest.AsType<Choices>(), Is.EqualTo(new Choices { Rank = 7, Shape = Shape.Square }));
        Assert.That(nest["Rank"].ParameterType, Is.EqualTo(ParameterType.Integer));
        Assert.That(nest, Is.EqualTo(Parameter.CreateNestedParameter(
            KeyValuePair.Create("Shape", Parameter.FromString("Square")), KeyValuePair.Create("Rank", Parameter.FromInt(7)))));
    }
}
