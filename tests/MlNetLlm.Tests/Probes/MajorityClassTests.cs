using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

public class MajorityClassTests
{
    [Test]
    public void Accuracy_OfTestLabels_CountsTheTrainingMajority()
    {
        // Class 2 leads in training; on the test it is one of four, though class 0 would be three of four.
        Assert.That(MajorityClass.Of([2, 0, 2, 1], 3), Is.EqualTo(2));
        Assert.That(MajorityClass.Accuracy([2, 0, 2, 1], [0, 0, 0, 2], 3), Is.EqualTo(0.25));
        Assert.That(MajorityClass.Of([1, 0], 2), Is.Zero, "the lower of equals");
    }

    [Test]
    public void Of_LabelsThatAreNoClasses_SaysWhich()
    {
        Assert.That(() => MajorityClass.Of([0, 3], 3), Throws.ArgumentException.With.Message.Contains("label 3 at place 1"));
        Assert.That(() => MajorityClass.Of([0, -1], 3), Throws.ArgumentException.With.Message.Contains("label -1"));
        Assert.That(() => MajorityClass.Accuracy([0], [], 3), Throws.ArgumentException.With.Message.Contains("0 labels"));
    }
}
