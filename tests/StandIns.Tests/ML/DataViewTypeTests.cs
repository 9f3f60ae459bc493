using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class DataViewTypeTests
{
    [Test]
    public void ToString_OfEachType_NamesIt()
    {
        Assert.That(NumberDataViewType.Single.ToString(), Is.EqualTo("Single"));
        Assert.That(TextDataViewType.Instance.ToString(), Is.EqualTo("String"));
        Assert.That(BooleanDataViewType.Instance.ToString(), Is.EqualTo("Boolean"));
        Assert.That(new KeyDataViewType(typeof(uint), 3).ToString(), Is.EqualTo("Key<UInt32, 0-2>"));
        Assert.That(new VectorDataViewType(NumberDataViewType.Single, 3).ToString(), Is.EqualTo("Vector<Single, 3>"));
        Assert.That(new VectorDataViewType(NumberDataViewType.Single).ToString(), Is.EqualTo("Vector<Single>"));
    }

    [Test]
    public void Equals_OfKeysAndVectors_ComparesContents()
    {
        Assert.That(new KeyDataViewType(typeof(uint), 3), Is.EqualTo(new KeyDataViewType(typeof(uint), 3UL)));
        Assert.That(new KeyDataViewType(typeof(uint), 3), Is.Not.EqualTo(new KeyDataViewType(typeof(uint), 4)));
        Assert.That(new KeyDataViewType(typeof(uint), 3), Is.Not.EqualTo(new KeyDataViewType(typeof(byte), 3)));
        var vector = new VectorDataViewType(NumberDataViewType.Single, 2, 3);
        Assert.That(vector, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, ImmutableArray.Create(2, 3))));
        Assert.That(vector, Is.Not.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 6)));
        Assert.That(vector.GetHashCode(), Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 2, 3).GetHashCode()));
    }

    [Test]
    public void Vector_WithDimensions_HasTheirProductAsSize()
    {
        Assert.That(new VectorDataViewType(NumberDataViewType.Single, 2, 3).Size, Is.EqualTo(6));
        Assert.That(new VectorDataViewType(NumberDataViewType.Single, 2, 0).IsKnownSize, Is.False);
        Assert.That(new VectorDataViewType(NumberDataViewType.Single, 2).RawType, Is.EqualTo(typeof(VBuffer<float>)));
    }

    [Test]
    public void Key_WithNoKeysOrSignedType_Throws()
    {
        Assert.That(() => new KeyDataViewType(typeof(uint), 0), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new KeyDataViewType(typeof(byte), 256UL), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new KeyDataViewType(typeof(int), 3), Throws.Exception);
        Assert.That(KeyDataViewType.IsValidDataType(typeof(ushort)), Is.True);
        Assert.That(KeyDataViewType.IsValidDataType(typeof(int)), Is.False);
    }

    [Test]
    public void RowId_NextForkCombine_GiveNewIds()
    {
        var id = new DataViewRowId(ulong.MaxValue, 1);
        Assert.That(id.Next(), Is.Not.EqualTo(id).And.EqualTo(new DataViewRowId(ulong.MaxValue, 1).Next()));
        Assert.That(id.Next().Next(), Is.Not.EqualTo(id).And.Not.EqualTo(id.Next()));
        Assert.That(id.Fork(), Is.Not.EqualTo(id));
        Assert.That(id.Combine(new(1, 0)), Is.Not.EqualTo(id.Combine(new(2, 0))));
    }
}
