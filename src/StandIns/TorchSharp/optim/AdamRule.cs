using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// One step of Adam (Kingma and Ba, 2015) for one parameter. Weight decay is added to the gradient, or decoupled from it
/// (AdamW: Loshchilov and Hutter, 2019).
/// </summary>
internal readonly record struct AdamRule(
    double Rate, double Beta1, double Beta2, double Epsilon, double Decay, bool Maximize, bool Decoupled)
{
    /// <summary>Decays the parameter, or its gradient, and takes the gradient g into the averages m and v.</summary>
    public void Average(Tensor parameter, Tensor g, Tensor m, Tensor v)
    {
        if (Maximize) g = -g;
        if (Decoupled) parameter.mul_(1 - Rate * Decay);
        else if (Decay != 0) g = g.add(parameter, Decay);
        m.mul_(Beta1).add_(g, 1 - Beta1);
        v.mul_(Beta2).addcmul_(g, g, 1 - Beta2);
    }

    /// <summary>parameter -= rate · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε).</summary>
    public void Move(Tensor parameter, Tensor m, Tensor v, long t)
    {
        var root = v.sqrt().div_(Math.Sqrt(1 - Math.Pow(Beta2, t))).add_(Epsilon);
        parameter.addcdiv_(m, root, -Rate / (1 - Math.Pow(Beta1, t)));
    }
}
