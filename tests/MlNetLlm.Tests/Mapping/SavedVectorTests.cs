using MlNetLlm.Mapping;

namespace MlNetLlm.Tests.Mapping;

public sealed class SavedVectorTests
{
    [Test]
    public void Set_TakesAVectorApartIntoItsNamedParts([Values(1, 2, 3, 7, 64, 100, 4097)] int size)
    {
        var values = Enumerable.Range(0, size).Select(i => (float)i).ToArray();
        var vector = new SavedVector();
        vector.Set(values);
        var parts = SavedVector.Names(size).Select(
            name => typeof(SavedVector).GetProperty(name[(name.LastIndexOf('.') + 1)..])!.GetValue(vector));
        Assert.That(parts.SelectMany(part => ((Microsoft.ML.Data.VBuffer<float>)part!).DenseValues()), Is.EqualTo(values));
    }

    [TestCase(0)]
    [TestCase(SavedVector.MaxSize + 1)]
    public void Names_OfASizeThatCannotBe_SaysTheLimit(int size) =>
        Assert.That(Assert.Throws<NotSupportedException>(() => SavedVector.Names(size))!.Message, Does.Contain($"{SavedVector.MaxSize}"));
}
