using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class VBufferTests
{
    private static VBuffer<float> Sparse() => new(5, 2, [10f, 30f], [1, 3]);

    [Test]
    public void Sparse_ReadAnyWay_HasDefaultsBetween()
    {
        var sparse = Sparse();
        Assert.That(sparse.IsDense, Is.False);
        Assert.That(sparse.DenseValues(), Is.EqualTo(new[] { 0f, 10, 0, 30, 0 }));
        Assert.That(sparse.Items().Select(item => item.Key), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(sparse.GetItemOrDefault(3), Is.EqualTo(30f));
        Assert.That(sparse.GetItemOrDefault(4), Is.EqualTo(0f));
        var span = new float[7];
        sparse.CopyTo(span, 1, -1);
        Assert.That(span, Is.EqualTo(new[] { 0f, -1, 10, -1, 30, -1, 0 }));
    }

    [Test]
    public void CopyTo_PartOfSparse_ShiftsIndices()
    {
        VBuffer<float> part = default;
        Sparse().CopyTo(ref part, 1, 3);
        Assert.That(part.Length, Is.EqualTo(3));
        Assert.That(part.DenseValues(), Is.EqualTo(new[] { 10f, 0, 30 }));
    }

    [Test]
    public void CopyToDense_OfSparse_KeepsValues()
    {
        VBuffer<float> dense = default;
        Sparse().CopyToDense(ref dense);
        Assert.That(dense.IsDense, Is.True);
        Assert.That(dense.GetValues().ToArray(), Is.EqualTo(new[] { 0f, 10, 0, 30, 0 }));
    }

    [Test]
    public void CopyTo_Twice_ReusesTheArrays()
    {
        var target = new VBuffer<float>(3, [1f, 2, 3]);
        var editor = VBufferEditor.Create(ref target, 2);
        Assert.That(editor.CreatedNewValues, Is.False);
        editor.Values[0] = 7;
        target = editor.Commit();
        Assert.That(target.DenseValues(), Is.EqualTo(new[] { 7f, 2 }));
    }

    [Test]
    public void Editor_Truncated_GivesFewerValues()
    {
        VBuffer<int> target = default;
        var editor = VBufferEditor.Create(ref target, 10, 3);
        (editor.Values[0], editor.Indices[0]) = (5, 4);
        target = editor.CommitTruncated(1);
        Assert.That(target.Items(), Is.EqualTo(new[] { KeyValuePair.Create(4, 5) }));
        Assert.That(target.Length, Is.EqualTo(10));
    }

    [Test]
    public void Constructor_WithTooFewValues_Throws() =>
        Assert.That(() => new VBuffer<float>(3, [1f, 2]), Throws.InstanceOf<ArgumentException>());
}
