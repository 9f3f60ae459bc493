using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class PartitionTests
{
    [Test]
    public void Equals_WithOtherLabels_ComparesGroupsOnly()
    {
        var partition = new Partition([7, 7, -3, 7, 0]);

        Assert.That(partition, Is.EqualTo(Partition.Of("aabac")));
        Assert.That(partition.GetHashCode(), Is.EqualTo(Partition.Of("aabac").GetHashCode()));
        Assert.That(partition, Is.EqualTo(Partition.FromGroups(5, [[4], [2], [3, 0, 1]])));
        Assert.That(partition, Is.Not.EqualTo(Partition.Of("aabbc")));
    }

    [Test]
    public void Groups_OfLabels_ListMembersInOrder()
    {
        var partition = Partition.Of("abab");

        Assert.That(partition.Groups(), Is.EqualTo(new[] { new[] { 0, 2 }, new[] { 1, 3 } }));
        Assert.That(partition.Sizes(), Is.EqualTo(new[] { 2, 2 }));
        Assert.That(partition.ToString(), Is.EqualTo("{0,2} {1,3}"));
    }

    [Test]
    public void FromGroups_WithNodeTwiceMissingOrOutside_SaysWhich()
    {
        Assert.That(() => Partition.FromGroups(2, [[0, 1], [1]]), Throws.ArgumentException.With.Message.Contains("1 stands in two groups"));
        Assert.That(() => Partition.FromGroups(2, [[0]]), Throws.ArgumentException.With.Message.Contains("Node 1 stands in no group"));
        Assert.That(() => Partition.FromGroups(2, [[0, 2]]), Throws.ArgumentException.With.Message.Contains("Node 2 is outside 0 … 1"));
    }
}
