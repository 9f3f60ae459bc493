using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class CustomMappingTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void CustomMapping_OverRows_AddsItsColumns()
    {
        var data = _ml.Numbers(3);
        var output = _ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(TripleMapping.Map, null).Fit(data)
            .Transform(data);
        Assert.That(output.GetColumn<int>("Tripled"), Is.EqualTo(new[] { 0, 3, 6 }));
        Assert.That(output.GetColumn<float[]>("Pair").Last(), Is.EqualTo(new[] { 2f, -2 }));
        Assert.That(output.Schema["Pair"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 2)));
        Assert.That(output.GetColumn<string>("Group"), Is.EqualTo(new[] { "g0", "g1", "g2" }));
    }

    [Test]
    public void CustomMapping_ReadForSeveralColumns_IsCalledOnceARow()
    {
        var calls = 0;
        var data = _ml.Numbers(4);
        var output = _ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(
            (source, result) =>
            {
                calls++;
                TripleMapping.Map(source, result);
            }, null).Fit(data).Transform(data);
        _ml.Data.CreateEnumerable<TripleMapping.Result>(output, false).ToList();
        Assert.That(calls, Is.EqualTo(4));
        output.NumbersOf();
        Assert.That(calls, Is.EqualTo(4), "its columns were not asked for");
    }

    [Test]
    public void CustomMapping_WithoutItsInput_NamesTheColumn()
    {
        var mapping = _ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(TripleMapping.Map, null);
        Assert.That(() => mapping.Fit(_ml.Words("a")), Throws.Exception.With.Message.Contains("Number"));
        var wrong = _ml.Transforms.CopyColumns("Number", "Word").Append(mapping);
        Assert.That(() => wrong.Fit(_ml.Words("a")), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Number"));
    }

    [Test]
    public void CustomMapping_WithDefinitions_RenamesColumns()
    {
        var input = SchemaDefinition.Create(typeof(TripleMapping.Source));
        input["Number"].ColumnName = "N";
        var result = SchemaDefinition.Create(typeof(TripleMapping.Result));
        result["Tripled"].ColumnName = "T";
        var data = _ml.Transforms.CopyColumns("N", "Number").Fit(_ml.Numbers(2)).Transform(_ml.Numbers(2));
        var output = _ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(TripleMapping.Map, null, input, result)
            .Fit(data).Transform(data);
        Assert.That(output.GetColumn<int>("T"), Is.EqualTo(new[] { 0, 3 }));
    }
}
