using MlNetLlm.ConceptMixing;

namespace MlNetLlm.Tests.ConceptMixing;

public sealed class LabelSelectionTests
{
    private static readonly PositionScores Scores = new([7, 3, 9, 4], [4, 3, 2, 1], [0.5f, -2, 0, 1], Least: 2);

    [TestCase(ConceptLabelKind.Plus, new[] { 4, 7, -1 }, 1)]
    [TestCase(ConceptLabelKind.Minus, new[] { 3, -1, -1 }, 1)]
    [TestCase(ConceptLabelKind.Abs, new[] { 3, 4, 7 }, 2)]
    [TestCase(ConceptLabelKind.Activation, new[] { 7, 3, 9 }, 3)]
    public void Select_TakesTheBestAboveZero(ConceptLabelKind kind, int[] expected, int active)
    {
        var labels = new int[3];
        Assert.That(LabelSelection.Select(Scores, kind, labels), Is.EqualTo(active));
        Assert.That(labels, Is.EqualTo(expected));
    }

    [Test]
    public void Select_OfNoCandidates_GivesNone()
    {
        var labels = new int[2];
        Assert.That(LabelSelection.Select(new([], [], [], 0), ConceptLabelKind.Plus, labels), Is.Zero);
        Assert.That(labels, Is.All.EqualTo(LabelSelection.None));
    }
}
