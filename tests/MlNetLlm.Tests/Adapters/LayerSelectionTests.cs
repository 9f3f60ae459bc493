using MlNetLlm.Adapters;

namespace MlNetLlm.Tests.Adapters;

public sealed class LayerSelectionTests
{
    [TestCase("all", new[] { 0, 1, 2, 3, 4 })]
    [TestCase("first-half", new[] { 0, 1 })]
    [TestCase("second-half", new[] { 2, 3, 4 })]
    [TestCase("0, 3", new[] { 0, 3 })]
    public void Resolve_GivesTheLayers(string text, int[] expected) =>
        Assert.That(LayerSelection.Resolve(text, 5), Is.EquivalentTo(expected));

    [TestCase("5", "0 to 4")]
    [TestCase("0,9", "0 to 4")]
    public void Resolve_OfALayerTheModelLacks_NamesTheRange(string text, string expected) =>
        Assert.That(Assert.Throws<ArgumentException>(() => LayerSelection.Resolve(text, 5))!.Message, Does.Contain(expected)
            .And.Contain($"'{text}'"));

    [TestCase("")]
    [TestCase("half")]
    [TestCase("-1")]
    [TestCase("1,,2")]
    public void Fault_OfAnotherText_NamesTheChoices(string text) =>
        Assert.That(LayerSelection.Fault(text), Does.Contain("first-half").And.Contain($"'{text}'"));
}
