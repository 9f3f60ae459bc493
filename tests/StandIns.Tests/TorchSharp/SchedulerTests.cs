using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace StandIns.Tests.TorchSharp;

public sealed class SchedulerTests
{
    private static double[] Rates(Func<Optimizer, lr_scheduler.LRScheduler> make, int steps = 8)
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([new Parameter(zeros(1))], 1.0);
        var scheduler = make(optimizer);
        var rates = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            rates[i] = optimizer.ParamGroups.Single().LearningRate;
            optimizer.step();
            scheduler.step();
        }
        return rates;
    }

    private static double[] Closed(Func<int, double> rate, int steps = 8) => Enumerable.Range(0, steps).Select(rate).ToArray();

    [Test]
    public void LambdaLR_OverSteps_FollowsItsFunction() =>
        Assert.That(Rates(o => lr_scheduler.LambdaLR(o, i => 1.0 / (i + 1))), Is.EqualTo(Closed(i => 1.0 / (i + 1))).Within(1e-12));

    [Test]
    public void StepLR_OverSteps_FallsByGamma() =>
        Assert.That(Rates(o => lr_scheduler.StepLR(o, 3, 0.5)), Is.EqualTo(Closed(i => Math.Pow(0.5, i / 3))).Within(1e-12));

    [Test]
    public void MultiStepLR_OverSteps_FallsAtItsMilestones() =>
        Assert.That(Rates(o => lr_scheduler.MultiStepLR(o, [2, 5])),
            Is.EqualTo(Closed(i => i < 2 ? 1 : i < 5 ? 0.1 : 0.01)).Within(1e-12));

    [Test]
    public void ExponentialLR_OverSteps_FallsEveryStep() =>
        Assert.That(Rates(o => lr_scheduler.ExponentialLR(o, 0.9)), Is.EqualTo(Closed(i => Math.Pow(0.9, i))).Within(1e-12));

    [Test]
    public void ConstantLR_OverSteps_EndsItsFactor() =>
        Assert.That(Rates(o => lr_scheduler.ConstantLR(o, 0.25, 3)), Is.EqualTo(Closed(i => i < 3 ? 0.25 : 1)).Within(1e-12));

    [Test]
    public void CosineAnnealingLR_OverOnePeriod_FollowsTheCosine() =>
        Assert.That(Rates(o => lr_scheduler.CosineAnnealingLR(o, 7, 0.1)),
            Is.EqualTo(Closed(i => 0.1 + 0.9 * (1 + Math.Cos(Math.PI * i / 7)) / 2)).Within(1e-9));
}
