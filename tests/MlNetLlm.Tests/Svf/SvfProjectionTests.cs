using MlNetLlm.Svf;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfProjectionTests
{
    [Test]
    public void Dispose_FreesTheDecompositionItOwnsAlone([Values] bool owns)
    {
        using var scope = NewDisposeScope();
        var (u, sigma, vt) = SvfMath.Factor(randn(4, 3));
        var factors = new SvfFactors(u, sigma, vt);
        new SvfProjection(factors, ones(3), new SvfOptions(), owns).Dispose();
        Assert.That(new[] { u.IsInvalid, sigma.IsInvalid, vt.IsInvalid }, Is.All.EqualTo(owns));
    }
}
