using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.StandInOnly.TorchSharp;

/// <summary>Where the versions of the real package differ, the stand-in does as the pinned one does.</summary>
public sealed class PinnedVersionTests
{
    [Test]
    public void StateDict_OfTiedWeights_NamesThemOnce()
    {
        var (a, b) = (nn.Linear(2, 2), nn.Linear(2, 2));
        b.weight = a.weight;
        Assert.That(nn.Sequential(("a", a), ("b", b)).state_dict().Keys, Is.EqualTo(new[] { "a.weight", "a.bias", "b.bias" }));
    }

    [Test]
    public void Attach_OfWhatIsNoTensor_IsRefused()
    {
        using var stream = new MemoryStream();
        using var scope = NewDisposeScope();
        Assert.That(() => scope.Attach(stream), Throws.InvalidOperationException);
    }
}
